using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>How a turn of a task ended that did not run its course.</summary>
internal static class TaskEnds
{
    /// <param name="stopping">The replica stops.</param>
    /// <param name="calledOff">The turn was called off; with <paramref name="stopping"/> false, because its lease is lost.</param>
    public static TurnEnd Of(Exception reason, bool stopping, bool calledOff) => TurnEnds.OfAny(reason, stopping, calledOff) ?? reason switch
    {
        ProblemException { Status: StatusCodes.Status503ServiceUnavailable } => TurnEnd.Waits,
        ProblemException => TurnEnd.Failed,
        _ when reason.IsDatabaseAway() => TurnEnd.Waits,
        _ => TurnEnd.Again,
    };
}
