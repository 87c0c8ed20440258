using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using StorageService.Integrity;

namespace StorageService.Objects;

/// <summary>Everything that is stored under an owner: images, inputs of tasks, data sets, reports.</summary>
internal sealed class ObjectsOfSubject(StorageDb db, ObjectContents contents, ObjectCheck check, OwnerErasure erasure) : IPersonalData
{
    private const int Page = 500;

    public string Name => "objects";

    /// <summary>First the rows, which are what is counted; then, with none left, the data key and all bytes. Stopped in between, it begins again.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var removed = await db.Database.ExecuteSqlAsync(
            $"DELETE FROM objects WHERE ctid = ANY (ARRAY(SELECT ctid FROM objects WHERE owner = {subject} LIMIT {Page}))", cancellation);
        return removed > 0 ? removed : await erasure.EraseAsync(subject, cancellation);
    }

    public async Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var mine = db.Objects.AsNoTracking().Where(o => o.Owner == subject).OrderBy(o => o.Sha256);
        await export.AddRowsAsync("objects.ndjson", "The files below, with when they came and until when they are kept. One that is here and not below can't be read any more.",
            mine.Select(o => new { o.Sha256, o.Kind, o.ContentType, o.Bytes, o.CreatedAt, o.ExpiresAt, o.DamagedAt }).AsAsyncEnumerable(), cancellation);
        await foreach (var o in mine.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            await using var content = await OpenAsync(o, cancellation);
            if (content is null)
                continue; // its time was up meanwhile, or it is damaged
            var file = new ExportFile($"{o.Kind}s/{o.Sha256}", o.ContentType, $"A file of yours, kind {o.Kind}, named by the SHA-256 of its content.");
            await export.AddAsync(file, stream => content.CopyToAsync(stream, 128 * 1024, cancellation), cancellation);
        }
    }

    /// <summary>Read whole before it is sent, so that one that is damaged in its middle does not end the copy there.</summary>
    private async Task<Stream?> OpenAsync(StoredObject known, CancellationToken cancellation) =>
        known.DamagedAt is null && await check.FindDamageAsync(known, long.MaxValue, cancellation) is null ? await contents.OpenAsync(known, cancellation) : null;
}
