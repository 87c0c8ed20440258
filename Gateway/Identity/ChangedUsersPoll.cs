using System.Text.Json;
using InferenceSuite.Contracts;

namespace Gateway.Identity;

/// <summary>AuthService's list of the users that were changed lately.</summary>
public sealed class ChangedUsersClient(HttpClient auth)
{
    public async Task<IReadOnlyList<UserChanged>> ListAsync(DateTimeOffset since, CancellationToken cancellation) =>
        (await auth.GetFromJsonAsync<List<UserChanged>>($"/internal/users/changed?since={Uri.EscapeDataString(since.UtcDateTime.ToString("O"))}", cancellation))!;
}

/// <summary>
/// Asks for what this gateway could not hear: what was before it started, and now and then what an event would have told. So
/// without RabbitMQ <see cref="Interval"/> is the bound, as it is for revoked keys.
/// </summary>
public sealed partial class ChangedUsersPoll(ChangedUsersClient auth, ChangedUsers changed, TimeProvider time, ILogger<ChangedUsersPoll> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30); // for changes that were committed late

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var since = time.GetUtcNow() - ChangedUsers.Memory;
        var isTold = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var asked = time.GetUtcNow();
                foreach (var change in await auth.ListAsync(since, stopping))
                    changed.Add(change);
                (since, isTold) = (asked - Overlap, false);
                await Task.Delay(Interval, time, stopping);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException || e is TaskCanceledException && !stopping.IsCancellationRequested)
            {
                if (!isTold)
                    LogDeaf(logger, e.Message);
                isTold = true;
                await Task.Delay(RetryPause, time, stopping);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "AuthService can't be asked which users were changed; asking again every second: {Reason}")]
    private static partial void LogDeaf(ILogger logger, string reason);
}
