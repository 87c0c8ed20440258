using System.Net;
using Learning;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Runs.Training;

namespace TrainingService.Runs.Queue;

/// <summary>How a turn of a run ended that did not run its course.</summary>
/// <param name="Error">Of a failure.</param>
internal sealed record RunEnd(TurnEnd Kind, RunError? Error = null)
{
    /// <param name="stopping">The replica stops.</param>
    /// <param name="calledOff">The turn was called off; with <paramref name="stopping"/> false, because its lease is lost.</param>
    public static RunEnd Of(Exception reason, Run run, RunOptions options, bool stopping, bool calledOff) => TurnEnds.OfAny(reason, stopping, calledOff) is { } end ? new(end) : reason switch
    {
        RowsErasedException => new(TurnEnd.Waits),
        RunFailedException failed => new(TurnEnd.Failed, failed.Error),
        LearningException learning => Failed("bad-data", learning.Field, learning.Message),
        _ when IsAway(reason) => new(TurnEnd.Waits),
        ProblemException { Status: >= StatusCodes.Status500InternalServerError } when run.Attempts + 1 < options.MaxAttempts => new(TurnEnd.Again), // it breaks by what this run asks, maybe
        ProblemException problem => Failed(problem.Code, problem.Field, problem.Message),
        _ when run.Attempts + 1 >= options.MaxAttempts => Failed("internal-error", null, $"It failed {run.Attempts + 1} times for a reason that the service's log has."),
        _ => new(TurnEnd.Again),
    };

    /// <summary>Something that the run needs can't be reached or has no room now; nothing is wrong with the run.</summary>
    public static bool IsAway(Exception reason) => reason switch
    {
        ProblemException problem => IsAway(problem.Status),
        HttpRequestException { StatusCode: HttpStatusCode.InternalServerError } => true, // a store that is broken
        HttpRequestException { StatusCode: { } status } => IsAway((int)status),
        HttpRequestException or HttpIOException => true,
        _ => reason.IsDatabaseAway(),
    };

    private static bool IsAway(int status) => (HttpStatusCode)status is > HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private static RunEnd Failed(string code, string? field, string message) => new(TurnEnd.Failed, new RunError(code, field, message));
}
