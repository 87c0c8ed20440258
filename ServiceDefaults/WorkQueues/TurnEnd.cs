namespace ServiceDefaults.WorkQueues;

/// <summary>How a turn ended that did not run its course.</summary>
public enum TurnEnd
{
    /// <summary>Cancelled, or another worker's by now.</summary>
    Lost,

    /// <summary>This replica stops; another takes over.</summary>
    Stopped,

    /// <summary>Something it needs is away.</summary>
    Waits,

    /// <summary>Nobody foresaw it; another attempt may fare better, and there is an end to them.</summary>
    Again,

    /// <summary>For a reason that stays.</summary>
    Failed,
}

public static class TurnEnds
{
    /// <summary>The ends that mean the same whatever the work is; null: the service has to judge.</summary>
    /// <param name="stopping">The replica stops.</param>
    /// <param name="calledOff">The turn was called off; with <paramref name="stopping"/> false, because its lease is lost.</param>
    public static TurnEnd? OfAny(Exception reason, bool stopping, bool calledOff) => reason switch
    {
        LeaseLostException => TurnEnd.Lost,
        OperationCanceledException when stopping => TurnEnd.Stopped,
        OperationCanceledException when calledOff => TurnEnd.Lost,
        OperationCanceledException => TurnEnd.Waits, // nobody called it off: a call of ours took too long
        _ => null,
    };
}
