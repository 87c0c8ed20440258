using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using TrainingService.Embeddings;

namespace TrainingService.Datasets.Posting;

/// <summary>
/// Removes images that no row has any more, or never had, and embeddings past their bound, which runs that did not finish have left. A check is locked while it is made, and whoever stores an image has
/// written the check before: so no image goes that somebody is about to need.
/// </summary>
internal sealed partial class ImageSweep(
    DatabaseMigrator migrator, IServiceScopeFactory scopes, EmbeddingCache embeddings, IOptions<DatasetOptions> options, TimeProvider time, ILogger<ImageSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(options.Value.ImageSweepEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await embeddings.TrimAsync(stopping);
                while (await SweepOneAsync(stopping))
                {
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested && (e is HttpRequestException or TaskCanceledException || e.IsDatabaseAway()))
            {
                LogLater(logger, e.Message);
            }
        }
    }

    /// <summary>False when no check is due.</summary>
    private async Task<bool> SweepOneAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, store) = (scope.ServiceProvider.GetRequiredService<TrainingDb>(), scope.ServiceProvider.GetRequiredService<ImageStore>());
        await using var transaction = await db.Database.BeginTransactionAsync(stopping);
        var due = await db.Database.SqlQuery<Due>($"""
            SELECT owner AS "Owner", sha256 AS "Sha256" FROM dataset_image_checks WHERE due_at <= {time.GetUtcNow()} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """).ToListAsync(stopping);
        if (due is not [var image])
            return false;
        var needed = await db.Labels.AnyAsync(l => l.Image == image.Sha256 && db.Datasets.Any(d => d.Number == l.Dataset && d.Owner == image.Owner), stopping);
        if (!needed)
        {
            await store.DeleteAsync(image.Owner, image.Sha256, stopping);
            await db.Database.ExecuteSqlAsync($"DELETE FROM image_embeddings WHERE owner = {image.Owner} AND image = {image.Sha256}", stopping);
        }
        await db.Database.ExecuteSqlAsync($"DELETE FROM dataset_image_checks WHERE owner = {image.Owner} AND sha256 = {image.Sha256}", stopping);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    private sealed record Due(string Owner, byte[] Sha256);

    [LoggerMessage(LogLevel.Warning, "Images that nobody needs are removed later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
