using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace InferenceService.PersonalData;

/// <summary>Images that StorageService has not taken over yet. One on its way there is waited for, by its row's lock.</summary>
internal sealed class PendingImagesOfSubject(InferenceDb db) : IPersonalData
{
    public string Name => "pending-images";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) =>
        await db.PendingImages.Where(image => image.Owner == subject).ExecuteDeleteAsync(cancellation);

    public async Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var waiting = db.PendingImages.AsNoTracking().Where(image => image.Owner == subject).OrderBy(image => image.Sha256);
        await foreach (var image in waiting.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var file = new ExportFile($"images/{image.Sha256}", image.ContentType, "An image you sent, as it was received.");
            await export.AddAsync(file, stream => stream.WriteAsync(image.Bytes, cancellation).AsTask(), cancellation);
        }
    }
}
