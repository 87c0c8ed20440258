using System.Net;
using System.Text.Json;
using Learning;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService;
using TrainingService.Runs;
using TrainingService.Runs.Queue;
using TrainingService.Runs.Training;

namespace Unit.TrainingService.Runs;

public sealed class RunEndTests
{
    private static readonly RunOptions Options = new();

    [Test]
    public void What_stays_wrong_fails_the_run_with_its_own_words()
    {
        Assert.That(Of(new LearningException("age", "No good.")).Error, Is.EqualTo(new RunError("bad-data", "age", "No good.")));
        Assert.That(Of(new RunFailedException(new RunError("export-differs", null, "By far."))).Error!.Code, Is.EqualTo("export-differs"));
        Assert.That(Of(new ProblemException(StatusCodes.Status409Conflict, "model-taken", "It is.") { Field = "model" }).Error, Is.EqualTo(new RunError("model-taken", "model", "It is.")));
    }

    [Test]
    public void What_is_away_is_waited_for()
    {
        Assert.That(Of(new HttpRequestException("refused")).Kind, Is.EqualTo(TurnEnd.Waits));
        Assert.That(Of(new HttpRequestException("busy", null, HttpStatusCode.ServiceUnavailable)).Kind, Is.EqualTo(TurnEnd.Waits));
        Assert.That(Of(ProblemException.Unavailable("x", "y", TimeSpan.FromSeconds(1))).Kind, Is.EqualTo(TurnEnd.Waits));
        Assert.That(Of(new ProblemException(StatusCodes.Status502BadGateway, "inference-unavailable", "It broke.")).Kind, Is.EqualTo(TurnEnd.Waits));
        Assert.That(Of(new ProblemException(StatusCodes.Status429TooManyRequests, "inference-unavailable", "Full.")).Kind, Is.EqualTo(TurnEnd.Waits));
        Assert.That(Of(new TaskCanceledException()).Kind, Is.EqualTo(TurnEnd.Waits), "nobody called it off");
        Assert.That(Of(new RowsErasedException()).Kind, Is.EqualTo(TurnEnd.Waits));
    }

    [Test]
    public void A_cancelled_run_is_lost_and_a_stopping_service_gives_back()
    {
        Assert.That(RunEnd.Of(new TaskCanceledException(), Run(0), Options, stopping: false, calledOff: true).Kind, Is.EqualTo(TurnEnd.Lost));
        Assert.That(RunEnd.Of(new TaskCanceledException(), Run(0), Options, stopping: true, calledOff: true).Kind, Is.EqualTo(TurnEnd.Stopped));
        Assert.That(Of(new LeaseLostException(Guid.Empty)).Kind, Is.EqualTo(TurnEnd.Lost));
    }

    [Test]
    public void What_nobody_foresaw_is_tried_again_and_not_for_ever()
    {
        Assert.That(RunEnd.Of(new InvalidOperationException(), Run(0), Options, false, false).Kind, Is.EqualTo(TurnEnd.Again));
        Assert.That(RunEnd.Of(new HttpRequestException("what?", null, HttpStatusCode.BadRequest), Run(1), Options, false, false).Kind, Is.EqualTo(TurnEnd.Again));
        Assert.That(RunEnd.Of(new InvalidOperationException("secret path"), Run(2), Options, false, false).Error!.Message, Does.Contain("3 times").And.Not.Contain("secret"));
    }

    [Test]
    public void What_breaks_a_service_each_time_ends_with_its_words()
    {
        var broken = new ProblemException(StatusCodes.Status500InternalServerError, "inference-unavailable", "It broke.");
        Assert.That(Of(broken).Kind, Is.EqualTo(TurnEnd.Again));
        Assert.That(RunEnd.Of(broken, Run(2), Options, false, false).Error, Is.EqualTo(new RunError("inference-unavailable", null, "It broke.")));
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Progress_can_be_written_whatever_the_loss_is(double loss)
    {
        var json = JsonSerializer.Serialize(new RunProgress("training", 1, 2, loss, loss, default), LearningModel.Json);
        Assert.That(JsonSerializer.Deserialize<RunProgress>(json, LearningModel.Json), Is.EqualTo(new RunProgress("training", 1, 2, null, null, default)));
    }

    [TestCase(139, "terminate called", "trainer-crashed", "exit code 139): terminate called")]
    [TestCase(139, null, "trainer-crashed", "it said nothing")]
    [TestCase(137, null, "trainer-crashed", "killed from outside")]
    [TestCase(134, "Out of memory.", "out-of-memory", "4096 MiB")]
    public void A_process_that_ends_by_itself_is_explained(int exitCode, string? words, string code, string message)
    {
        var error = TrainerErrors.Ended(exitCode, words, 4L << 30);
        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.Message, Does.Contain(message));
    }

    private static RunEnd Of(Exception reason) => RunEnd.Of(reason, Run(0), Options, stopping: false, calledOff: false);

    private static Run Run(int attempts) => new()
    {
        Id = Guid.Empty, Kind = RunKind.Training, Dataset = 1, Snapshot = Guid.Empty, Caller = "c", Cause = RunCause.Request, Model = "m", Request = new RunRequest(), CreatedAt = default, Attempts = attempts,
    };
}
