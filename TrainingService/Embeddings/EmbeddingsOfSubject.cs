using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.Embeddings;

/// <summary>
/// What was computed from a person's images and kept. It goes with each image, and all at once when the person is erased. A copy for the
/// person has the images themselves; these numbers, which only a backbone can read, can be made from them again.
/// </summary>
internal sealed class EmbeddingsOfSubject(TrainingDb db) : IPersonalData
{
    public string Name => "image-embeddings";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) =>
        await db.Database.ExecuteSqlAsync($"DELETE FROM image_embeddings WHERE owner = {subject}", cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}
