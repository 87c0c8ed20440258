using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Quotas;

/// <summary>
/// Daily quotas of API keys. AuthService counts; this process takes small blocks from it and gives them out, so most requests cost
/// no call. What it holds of a key that nobody used for <see cref="IdleTime"/> goes back. Together never more than the quota is given out.
/// </summary>
public sealed partial class QuotaLeases : BackgroundService
{
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(Guid KeyId, QuotaUnit Unit), QuotaLease> leases = new();
    private readonly QuotaClient auth;
    private readonly TimeProvider time;
    private readonly ILogger<QuotaLeases> logger;

    internal QuotaLeases(QuotaClient auth, TimeProvider time, ILogger<QuotaLeases> logger) => (this.auth, this.time, this.logger) = (auth, time, logger);

    /// <summary>Takes <paramref name="amount"/> from a key's quota of today, all of it or nothing.</summary>
    /// <param name="leaseSize">How much is taken from AuthService at once, at most; less when little is left.</param>
    /// <exception cref="ProblemException">503: AuthService does not answer. 401: the key is gone.</exception>
    public async ValueTask<QuotaAnswer> TakeAsync(Guid keyId, QuotaUnit unit, long amount, long leaseSize, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        while (true)
        {
            var lease = leases.GetOrAdd((keyId, unit), _ => new QuotaLease());
            if (lease.Take(amount, time.GetUtcNow()) is { } answer)
                return answer;

            await lease.Gate.WaitAsync(cancellation);
            try
            {
                if (lease.Take(amount, time.GetUtcNow()) is { } filled)
                    return filled; // while this call waited
                if (lease.Missing(amount, leaseSize) is not { } missing)
                    continue; // given up meanwhile: its successor is asked
                var grant = await AskAsync(lease, new QuotaLeaseRequest(keyId, unit, missing.AtLeast, missing.Amount));
                if (lease.Add(grant, amount, time.GetUtcNow()) is { } added)
                    return added; // else more was granted and is gone: the quota's end is the end of that
            }
            finally
            {
                lease.Gate.Release();
            }
        }
    }

    private async Task<QuotaLeaseGrant> AskAsync(QuotaLease lease, QuotaLeaseRequest request)
    {
        try
        {
            return await auth.LeaseAsync(request, CancellationToken.None); // not cancelled with the request: what AuthService has counted must arrive here
        }
        catch (ProblemException e)
        {
            lease.Fail(e, time.GetUtcNow()); // those behind this one hear it too, instead of each waiting as long
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stopping))
            await ReturnUnusedAsync(IdleTime, stopping);
    }

    /// <summary>Gives back what is held for keys that nobody used for that long.</summary>
    internal async Task ReturnUnusedAsync(TimeSpan idle, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var (id, lease) in leases)
        {
            if (lease.CloseIfIdle(now - idle, now) is not { } closed)
                continue;
            leases.TryRemove(KeyValuePair.Create(id, lease));
            if (closed.Unused == 0)
                continue;
            try
            {
                await auth.ReturnAsync(new QuotaReturn(id.KeyId, id.Unit, closed.Day, closed.Unused), cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                LogLost(logger, id.KeyId, closed.Unused, id.Unit, e.Message);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellation)
    {
        await base.StopAsync(cancellation);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(StopDeadline);
        await ReturnUnusedAsync(TimeSpan.Zero, deadline.Token);
    }

    [LoggerMessage(LogLevel.Warning, "Key {Key} has {Unused} {Unit} less today: they could not be given back: {Reason}")]
    private static partial void LogLost(ILogger logger, Guid key, long unused, QuotaUnit unit, string reason);
}

public static class QuotaExtensions
{
    /// <summary><see cref="QuotaLeases"/>, for a service whose identity has the scope <c>quotas</c>.</summary>
    public static void AddQuotaLeases(this IServiceCollection services)
    {
        services.AddServiceClient<QuotaClient>("auth", Scopes.Service.Quotas, timeout: TimeSpan.FromSeconds(5));
        services.AddSingleton(provider => new QuotaLeases(
            provider.GetRequiredService<QuotaClient>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<QuotaLeases>>()));
        services.AddHostedService(provider => provider.GetRequiredService<QuotaLeases>());
    }
}
