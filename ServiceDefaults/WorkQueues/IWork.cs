namespace ServiceDefaults.WorkQueues;

/// <summary>A row of the queue's table, as it was when its holder claimed it.</summary>
public interface IWork
{
    Guid Id { get; }

    /// <summary>Grows with every holder: what an earlier one still does is refused.</summary>
    long Epoch { get; }

    /// <summary>That came to nothing so far.</summary>
    int Attempts { get; }
}

/// <summary>What a service's workers do.</summary>
public interface IWorker<TWork> where TWork : IWork
{
    /// <summary>Takes the work whose turn it is by <see cref="WorkSql.Claim"/>; null when none waits.</summary>
    Task<TWork?> ClaimAsync(CancellationToken stopping);

    /// <summary>Works until the end of the work, or gives it back; nothing of the work's own is thrown.</summary>
    Task WorkAsync(TWork work, CancellationToken stopping);
}

/// <summary>Somebody else holds the work now, or it was cancelled.</summary>
public sealed class LeaseLostException(Guid work) : Exception($"{work} is not held any more.");
