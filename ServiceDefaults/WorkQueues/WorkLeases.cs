using Npgsql;

namespace ServiceDefaults.WorkQueues;

/// <summary>How a worker holds its work and gives it back: each statement is for the holder's epoch alone.</summary>
public sealed class WorkLeases<TWork>(NpgsqlDataSource source, WorkQueue<TWork> queue) where TWork : IWork
{
    // A new epoch, so that a heartbeat still under way does not take the work again for somebody who has left.
    private readonly string giveBack =
        $"status = '{queue.GivenBack}', lease_until = NULL, lease_epoch = lease_epoch + 1, notified_at = NULL, not_before = now() + $3";

    /// <exception cref="LeaseLostException"/>
    public Task RenewAsync(TWork work, CancellationToken cancellation) => UpdateAsync(work, "lease_until = now() + $3", cancellation, new NpgsqlParameter { Value = queue.Lease });

    /// <summary>Gives the work back unfinished, with no attempt held against it.</summary>
    /// <param name="pause">How long it is to be left alone, because something it needs is away.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseAsync(TWork work, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(work, giveBack, cancellation, new NpgsqlParameter { Value = pause });

    /// <summary>Gives the work back after a failed attempt, which counts on top of those that the row has by now.</summary>
    /// <param name="pause">How long it is to be left alone, times the attempts.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseFailedAsync(TWork work, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(work, $"{giveBack} * (attempts + 1), attempts = attempts + 1", cancellation, new NpgsqlParameter { Value = pause });

    /// <summary>Changes the row of work that is still held.</summary>
    /// <param name="set">SQL: what is set, with parameters from <c>$3</c> on.</param>
    /// <exception cref="LeaseLostException">Nothing was changed.</exception>
    public async Task UpdateAsync(TWork work, string set, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        await using var command = source.CreateCommand($"UPDATE {queue.Table} SET {set} {WorkSql.Held}");
        command.Parameters.Add(new NpgsqlParameter { Value = work.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = work.Epoch });
        command.Parameters.AddRange(values);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeaseLostException(work.Id);
    }
}
