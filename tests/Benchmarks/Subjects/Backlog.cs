using System.Diagnostics;
using Npgsql;

namespace Benchmarks.Subjects;

/// <summary>What an answered prediction still leaves to do: publish its event, let FeedbackService have it, move an image that came late.</summary>
public sealed class Backlog(BenchSuite suite) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120), Interval = TimeSpan.FromMilliseconds(50);
    private readonly NpgsqlDataSource inference = NpgsqlDataSource.Create(suite.ConnectionString("inference"));
    private readonly NpgsqlDataSource feedback = NpgsqlDataSource.Create(suite.ConnectionString("feedback"));

    /// <summary>Waits until nothing is left of what was predicted after <paramref name="since"/>.</summary>
    /// <returns>How many predictions there are since then.</returns>
    /// <exception cref="TimeoutException">Something did not drain; the message says what.</exception>
    public async Task<long> DrainAsync(Guid since, CancellationToken cancellation)
    {
        var deadline = Stopwatch.StartNew();
        // The cheap question first, and the counts only once: asking costs the CPU that is being measured.
        await UntilAsync("outbox", "SELECT NOT EXISTS (SELECT FROM outbox) AND NOT EXISTS (SELECT FROM pending_images WHERE refused IS NULL)", inference);
        var wanted = (long)(await AskAsync(inference, "SELECT count(*) FROM predictions WHERE id > $1", since, cancellation))!;
        var newest = await NewestAsync(cancellation);
        await UntilAsync("events on the way to FeedbackService", $"SELECT EXISTS (SELECT FROM observations WHERE id = '{newest}')", feedback, none: wanted == 0);
        var pause = Interval;
        while ((long)(await AskAsync(feedback, "SELECT count(*) FROM observations WHERE id > $1", since, cancellation))! < wanted)
        {
            ThrowIfLate("events on the way to FeedbackService");
            await Task.Delay(pause *= 1.5, cancellation);
        }
        return wanted;

        async Task UntilAsync(string what, string sql, NpgsqlDataSource database, bool none = false)
        {
            while (!none && !(bool)(await AskAsync(database, sql, null, cancellation))!)
            {
                ThrowIfLate(what);
                await Task.Delay(Interval, cancellation);
            }
        }

        void ThrowIfLate(string what)
        {
            if (deadline.Elapsed > Patience)
                throw new TimeoutException($"The backlog did not drain within {Patience.TotalSeconds} s: {what}.");
        }
    }

    /// <summary>The id of the newest prediction: ids are in the order of time.</summary>
    public async Task<Guid> NewestAsync(CancellationToken cancellation) =>
        await AskAsync(inference, "SELECT id FROM predictions ORDER BY id DESC LIMIT 1", null, cancellation) is Guid id ? id : Guid.Empty;

    public async ValueTask DisposeAsync()
    {
        await inference.DisposeAsync();
        await feedback.DisposeAsync();
    }

    private static async Task<object?> AskAsync(NpgsqlDataSource database, string sql, Guid? since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        if (since is { } id)
            command.Parameters.Add(new NpgsqlParameter { Value = id });
        return await command.ExecuteScalarAsync(cancellation);
    }
}
