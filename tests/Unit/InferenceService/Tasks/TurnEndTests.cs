using InferenceService.Tasks;
using NUnit.Framework;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace Unit.InferenceService.Tasks;

public class TurnEndTests
{
    private static readonly ProblemException Away = ProblemException.Unavailable("away", "", TimeSpan.Zero), Gone = ProblemException.Unusable("body", "");

    private static IEnumerable<TestCaseData> Ends =>
    [
        Case("a lost lease", new LeaseLostException(Guid.Empty), false, false, TurnEnd.Lost),
        Case("a heartbeat that found the lease lost", new OperationCanceledException(), false, true, TurnEnd.Lost),
        Case("the replica's stop", new TaskCanceledException(), true, true, TurnEnd.Stopped),
        Case("a call that took too long", new TaskCanceledException("", new TimeoutException()), false, false, TurnEnd.Waits),
        Case("a service that is away", Away, false, false, TurnEnd.Waits),
        Case("an input that is gone", Gone, false, false, TurnEnd.Failed),
        Case("a surprise", new InvalidOperationException(), false, false, TurnEnd.Again),
    ];

    [TestCaseSource(nameof(Ends))]
    public void A_turn_ends_as_its_reason_says(Exception reason, bool stopping, bool calledOff, object end) =>
        Assert.That(TaskEnds.Of(reason, stopping, calledOff), Is.EqualTo(end));

    private static TestCaseData Case(string name, params object[] arguments) => new TestCaseData(arguments).SetName(name);
}
