using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Telemetry;

[TestFixture]
public sealed class TraceTests
{
    /// <summary>Services by the names they report.</summary>
    private const string Gateway = "gateway", Inference = "inference", Feedback = "feedback";

    private static readonly string[] Expected =
    [
        "gateway: POST /v1/models/{model}/predict", "inference: POST /v1/models/{model}/predict",
        "inference: decode", "inference: capture image", "storage: PUT /objects/{owner}/{sha256}",
        "inference: queue", "inference: execute", "inference: record", "inference: publish prediction.made",
        "feedback: feedback.observations receive", "feedback: feedback.observations process",
    ];

    [Test]
    public async Task One_trace_leads_from_the_gateway_through_the_model_to_the_feedback_consumer()
    {
        using var caller = Caller.Guest();
        var traceId = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        caller.Http.DefaultRequestHeaders.Add("traceparent", $"00-{traceId}-00f067aa0ba902b7-01");
        await caller.PredictAsync(TestImages.Png());

        // Each service exports its spans in its own time, and after an outage that a test before has made the consumer has a backlog.
        var trace = await Eventually.SeeAsync(
            $"a trace with {string.Join(", ", Expected)}",
            () => Task.FromResult(SuiteFixture.Telemetry.Spans.Where(span => span.TraceId == traceId).ToArray()),
            spans => Expected.All(expected => spans.Any(span => $"{span.Service}: {span.Name}" == expected)),
            TimeSpan.FromMinutes(2));

        Assert.That(PathToRoot(trace, trace.First(span => span.Name.EndsWith("process", StringComparison.Ordinal))).Select(span => span.Service).Distinct(), Is.EqualTo((string[])[Feedback, Inference, Gateway]));
    }

    private static IEnumerable<ReceivedSpan> PathToRoot(ReceivedSpan[] trace, ReceivedSpan? span)
    {
        for (; span is not null; span = trace.FirstOrDefault(candidate => candidate.SpanId == span.ParentSpanId))
            yield return span;
    }
}
