using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>Everything that is stored under an owner: images, inputs of tasks, data sets, reports.</summary>
internal sealed class ObjectsOfSubject(StorageDb db, IObjectStore store) : IPersonalData
{
    private const int Page = 500;
    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 8 };

    public string Name => "objects";

    /// <summary>The rows' deletion locks them until the bytes are gone; stopped in between, the rows are back and it begins again.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var removed = await db.Objects
            .FromSql($"SELECT * FROM objects WHERE owner = {subject} ORDER BY sha256 LIMIT {Page} FOR UPDATE").AsNoTracking()
            .Select(o => o.Sha256).ToListAsync(cancellation);
        await db.Objects.Where(o => o.Owner == subject && removed.Contains(o.Sha256)).ExecuteDeleteAsync(cancellation);
        await Parallel.ForEachAsync(removed, AtOnce, async (sha256, _) => await store.DeleteAsync(ObjectKey.Parse(subject, sha256), cancellation));
        if (removed.Count == 0)
            store.ForgetOwner(subject);
        return removed.Count;
    }

    public async Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var mine = db.Objects.AsNoTracking().Where(o => o.Owner == subject).OrderBy(o => o.Sha256);
        await export.AddRowsAsync("objects.ndjson", "The files below, with when they came and until when they are kept.",
            mine.Select(o => new { o.Sha256, o.Kind, o.ContentType, o.Bytes, o.CreatedAt, o.ExpiresAt }).AsAsyncEnumerable(), cancellation);
        await foreach (var o in mine.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            await using var content = await store.OpenAsync(ObjectKey.Parse(o.Owner, o.Sha256), cancellation);
            if (content is null)
                continue; // its time was up meanwhile
            var file = new ExportFile($"{o.Kind}s/{o.Sha256}", o.ContentType, $"A file of yours, kind {o.Kind}, named by the SHA-256 of its content.");
            await export.AddAsync(file, stream => content.CopyToAsync(stream, 128 * 1024, cancellation), cancellation);
        }
    }
}
