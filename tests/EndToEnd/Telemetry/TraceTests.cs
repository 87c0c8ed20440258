using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Telemetry;

[TestFixture]
public sealed class TraceTests
{
    /// <summary>Services by the names they report.</summary>
    private const string Gateway = "gateway", Inference = "inference", Feedback = "feedback";

    [Test]
    public async Task One_trace_leads_from_the_gateway_through_the_model_to_the_feedback_consumer()
    {
        using var caller = Caller.Guest();
        var traceId = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        caller.Http.DefaultRequestHeaders.Add("traceparent", $"00-{traceId}-00f067aa0ba902b7-01");
        await caller.PredictAsync(TestImages.Png());

        var trace = await Eventually.SeeAsync(
            "the trace reaches the feedback consumer",
            () => Task.FromResult(SuiteFixture.Telemetry.Spans.Where(span => span.TraceId == traceId).ToArray()),
            spans => spans.Any(span => span.Service == Feedback && span.Name.Contains("process", StringComparison.OrdinalIgnoreCase)));

        foreach (var (service, name) in ((string, string)[])[(Inference, "decode"), (Inference, "queue"), (Inference, "execute"), (Inference, "record"), (Inference, "publish prediction.made")])
            Assert.That(trace.Any(span => span.Service == service && span.Name == name), Is.True, $"no span '{name}' of {service} in:\n{string.Join('\n', trace.Select(span => $"{span.Service}: {span.Name}"))}");
        Assert.That(PathToRoot(trace, trace.First(span => span.Service == Feedback)).Select(span => span.Service).Distinct(), Is.EqualTo((string[])[Feedback, Inference, Gateway]));
    }

    private static IEnumerable<ReceivedSpan> PathToRoot(ReceivedSpan[] trace, ReceivedSpan? span)
    {
        for (; span is not null; span = trace.FirstOrDefault(candidate => candidate.SpanId == span.ParentSpanId))
            yield return span;
    }
}
