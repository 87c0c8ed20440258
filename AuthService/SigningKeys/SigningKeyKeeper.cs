using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.History;

namespace AuthService.SigningKeys;

/// <summary>Sees to it that there is a key to sign with, that the next one comes in time and that old ones go, in every replica.</summary>
public sealed partial class SigningKeyKeeper(
    IServiceScopeFactory scopes, SigningKeyRing ring, Sealing sealing, IOptions<SigningKeyOptions> options, TimeProvider time, ILogger<SigningKeyKeeper> logger)
    : BackgroundService
{
    public const string Subject = "signing-keys";
    private const string Schedule = "schedule";

    /// <summary>Makes the first key of a new installation, once, however many replicas start together; seals what is not sealed yet.</summary>
    public async Task StartRingAsync(CancellationToken cancellation)
    {
        await StepAsync(Schedule, onDemand: false, cancellation);
        if (!sealing.IsConfigured)
            LogUnsealed(logger);
    }

    /// <summary>Does what is due, and learns what other replicas did.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var keys = await scope.ServiceProvider.GetRequiredService<AuthDb>().SigningKeys.AsNoTracking().Select(key => new { key.Kid, key.SignsFrom }).ToListAsync(cancellation);
        if (Rotation.Decide([.. keys.Select(key => (key.Kid, key.SignsFrom))], options.Value, time.GetUtcNow()).IsNothing)
            await ring.LoadAsync(cancellation);
        else
            await StepAsync(Schedule, onDemand: false, cancellation);
    }

    /// <summary>Starts a rotation now.</summary>
    /// <returns>The key that signs next, and from when.</returns>
    public Task<StoredSigningKey> RotateAsync(string actor, CancellationToken cancellation) => StepAsync(actor, onDemand: true, cancellation);

    private async Task<StoredSigningKey> StepAsync(string actor, bool onDemand, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        await using (var change = await db.BeginRecordedChangeAsync(cancellation)) // one replica after the other
        {
            var now = time.GetUtcNow();
            var keys = await db.SigningKeys.ToListAsync(cancellation);
            foreach (var key in keys) // before anything is sealed: with a wrong master key nothing may be
            {
                using var opened = key.Open(sealing).Key;
            }
            keys.ForEach(key => key.Seal(sealing));
            var step = Rotation.Decide([.. keys.Select(key => (key.Kid, key.SignsFrom))], options.Value, now, onDemand);
            if (step.SignsFrom is { } signsFrom)
            {
                var next = StoredSigningKey.Create(sealing, signsFrom, now);
                db.Add(next);
                change.Append(Subject, "signing-key.added", actor, new { next.Kid, next.SignsFrom }, now);
                LogAdded(logger, next.Kid, signsFrom);
            }
            foreach (var expired in keys.Where(key => step.Expired.Contains(key.Kid)))
            {
                db.Remove(expired);
                change.Append(Subject, "signing-key.removed", Schedule, new { expired.Kid }, now);
                LogRemoved(logger, expired.Kid);
            }
            await change.CommitAsync(cancellation);
        }
        await ring.LoadAsync(cancellation);
        return await db.SigningKeys.AsNoTracking().OrderByDescending(key => key.SignsFrom).FirstAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Rotation.ReloadInterval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                if (ring.IsLoaded)
                    await KeepAsync(stopping);
            }
            catch (Exception e) when (e.IsDatabaseAway())
            {
                LogAway(logger, e.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Signing key {Kid} signs from {SignsFrom}")]
    private static partial void LogAdded(ILogger logger, string kid, DateTimeOffset signsFrom);

    [LoggerMessage(LogLevel.Information, "Signing key {Kid} is gone: no living token was signed with it")]
    private static partial void LogRemoved(ILogger logger, string kid);

    [LoggerMessage(LogLevel.Warning, "Auth:MasterKey is not configured: signing keys lie in the database unencrypted")]
    private static partial void LogUnsealed(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Signing keys could not be looked after: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
