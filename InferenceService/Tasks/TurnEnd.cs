using ServiceDefaults.Database;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>How a turn ended that did not run its course.</summary>
internal enum TurnEnd
{
    /// <summary>Cancelled, or another worker's by now.</summary>
    Lost,

    /// <summary>This replica stops; another goes on.</summary>
    Stopped,

    /// <summary>Something it needs is away.</summary>
    Waits,

    /// <summary>For a reason that stays.</summary>
    Failed,

    /// <summary>Nobody foresaw it.</summary>
    Unforeseen,
}

internal static class TurnEnds
{
    /// <param name="stopping">The replica stops.</param>
    /// <param name="calledOff">The turn was called off; with <paramref name="stopping"/> false, because its lease is lost.</param>
    public static TurnEnd Of(Exception reason, bool stopping, bool calledOff) => reason switch
    {
        LeaseLostException => TurnEnd.Lost,
        OperationCanceledException when stopping => TurnEnd.Stopped,
        OperationCanceledException when calledOff => TurnEnd.Lost,
        OperationCanceledException => TurnEnd.Waits, // nobody called it off: a call of ours took too long
        ProblemException { Status: StatusCodes.Status503ServiceUnavailable } => TurnEnd.Waits,
        ProblemException => TurnEnd.Failed,
        _ when reason.IsDatabaseAway() => TurnEnd.Waits,
        _ => TurnEnd.Unforeseen,
    };
}
