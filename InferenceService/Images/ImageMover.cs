using System.Net;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace InferenceService.Images;

/// <summary>Moves images that were committed with their prediction to StorageService once it answers.</summary>
public sealed partial class ImageMover(
    IServiceScopeFactory scopes, ObjectStoreClient objects, DatabaseMigrator migrator, TimeProvider time, ILogger<ImageMover> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Postponed = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PutDeadline = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                while (await MoveOneAsync(stopping))
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

    /// <summary>The row is locked while it moves, so that replicas share the work; it goes after StorageService has acknowledged.</summary>
    /// <returns>False when none waits.</returns>
    private async Task<bool> MoveOneAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(stopping);
        var image = await db.PendingImages
            .FromSql($"SELECT * FROM pending_images WHERE refused IS NULL AND (not_before IS NULL OR not_before <= {time.GetUtcNow()}) ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED")
            .SingleOrDefaultAsync(stopping);
        if (image is null)
            return false;

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(PutDeadline);
        try
        {
            await objects.PutImageAsync(image.Owner, image.Sha256, image.ContentType, image.Bytes, deadline.Token);
            db.Remove(image);
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.Gone) // full, or erased
        {
            LogNotKept(logger, image.Owner);
            db.Remove(image);
        }
        catch (HttpRequestException e) when (IsFinal(e.StatusCode))
        {
            LogRefused(logger, image.Owner, image.Sha256, e.Message);
            image.Refused = e.Message;
        }
        catch (HttpRequestException e) when (e.StatusCode is not (null or HttpStatusCode.ServiceUnavailable))
        {
            // This one fails where others may not: they go first.
            LogPostponed(logger, image.Owner, image.Sha256, e.Message);
            image.NotBefore = time.GetUtcNow() + Postponed;
        }
        await db.SaveChangesAsync(stopping);
        await transaction.CommitAsync(stopping);
        return true;
    }

    /// <summary>A no that will be the same tomorrow, and must not keep the images behind it waiting.</summary>
    private static bool IsFinal(HttpStatusCode? status) =>
        status is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;

    [LoggerMessage(LogLevel.Information, "An image of {Owner} is not kept: their storage is full, or they were erased")]
    private static partial void LogNotKept(ILogger logger, string owner);

    [LoggerMessage(LogLevel.Warning, "The image {Owner}/{Sha256} could not be moved to StorageService and is tried again later: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string owner, string sha256, string reason);

    [LoggerMessage(LogLevel.Debug, "Images wait in the database: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "StorageService will not take the image {Owner}/{Sha256}; it stays in pending_images: {Reason}")]
    private static partial void LogRefused(ILogger logger, string owner, string sha256, string reason);
}
