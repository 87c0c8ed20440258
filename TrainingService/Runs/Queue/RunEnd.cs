using System.Net;
using Learning;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using TrainingService.Runs.Training;

namespace TrainingService.Runs.Queue;

internal enum RunEndKind
{
    /// <summary>Cancelled, or another worker's by now.</summary>
    Lost,

    /// <summary>This replica stops; another begins again.</summary>
    Stopped,

    /// <summary>Something it needs is away.</summary>
    Waits,

    /// <summary>Nobody foresaw it; another attempt may fare better.</summary>
    Again,

    /// <summary>For a reason that stays.</summary>
    Failed,
}

/// <summary>How a turn ended that did not run its course.</summary>
/// <param name="Error">Of a failure.</param>
internal sealed record RunEnd(RunEndKind Kind, RunError? Error = null)
{
    public static RunEnd TimeIsUp(TimeSpan limit) => Failed("time-limit", null, $"It took longer than Runs:TimeLimit allows ({limit}).");

    /// <param name="stopping">The replica stops.</param>
    /// <param name="calledOff">The turn was called off; with <paramref name="stopping"/> false, because its lease is lost.</param>
    public static RunEnd Of(Exception reason, Run run, RunOptions options, bool stopping, bool calledOff) => reason switch
    {
        LeaseLostException => new(RunEndKind.Lost),
        OperationCanceledException when stopping => new(RunEndKind.Stopped),
        OperationCanceledException when calledOff => new(RunEndKind.Lost),
        OperationCanceledException => new(RunEndKind.Waits), // nobody called it off: a call of ours took too long
        RowsErasedException => new(RunEndKind.Waits),
        RunFailedException failed => new(RunEndKind.Failed, failed.Error),
        LearningException learning => Failed("bad-data", learning.Field, learning.Message),
        _ when IsAway(reason) => new(RunEndKind.Waits),
        ProblemException { Status: >= StatusCodes.Status500InternalServerError } when run.Attempts + 1 < options.MaxAttempts => new(RunEndKind.Again), // it breaks by what this run asks, maybe
        ProblemException problem => Failed(problem.Code, problem.Field, problem.Message),
        _ when run.Attempts + 1 >= options.MaxAttempts => Failed("internal-error", null, $"It failed {run.Attempts + 1} times for a reason that the service's log has."),
        _ => new(RunEndKind.Again),
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

    private static RunEnd Failed(string code, string? field, string message) => new(RunEndKind.Failed, new RunError(code, field, message));
}
