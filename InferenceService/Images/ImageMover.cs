using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace InferenceService.Images;

/// <summary>Moves images that were committed with their prediction to StorageService once it answers.</summary>
public sealed partial class ImageMover(
    IServiceScopeFactory scopes, ObjectStoreClient objects, DatabaseMigrator migrator, TimeProvider time, ILogger<ImageMover> logger) : BackgroundService
{
    private const int PageSize = 8; // images are large
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                while (await MovePageAsync(stopping) == PageSize)
                {
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // StorageService or the database is away: the rows wait, nothing is lost.
                LogWaiting(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <summary>Rows are locked while they move, so that replicas share the work; the row goes after StorageService has acknowledged.</summary>
    private async Task<int> MovePageAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var page = await db.PendingImages
            .FromSql($"SELECT * FROM pending_images ORDER BY created_at LIMIT {PageSize} FOR UPDATE SKIP LOCKED")
            .ToListAsync(cancellation);
        foreach (var image in page)
            await objects.PutImageAsync(image.Owner, image.Sha256, image.ContentType, image.Bytes, cancellation);
        db.RemoveRange(page);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        if (page.Count > 0)
            LogMoved(logger, page.Count);
        return page.Count;
    }

    [LoggerMessage(LogLevel.Information, "Moved {Count} images to StorageService")]
    private static partial void LogMoved(ILogger logger, int count);

    [LoggerMessage(LogLevel.Debug, "Images wait in the database: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
