using Gateway.Routing;
using NUnit.Framework;
using Yarp.ReverseProxy.Forwarder;

namespace Unit.Gateway.Routing;

public class ForwardingProblemsTests
{
    private static readonly GatewayRoute Route = new("/predict", "inference") { MaxBodyBytes = 1000 };

    [TestCase(ForwarderError.NoAvailableDestinations, 503, "inference-unavailable")]
    [TestCase(ForwarderError.Request, 502, "inference-unavailable")]
    [TestCase(ForwarderError.RequestTimedOut, 504, "timeout")]
    [TestCase(ForwarderError.ResponseHeaders, 502, "bad-gateway")]
    [TestCase(ForwarderError.RequestBodyDestination, 502, "bad-gateway")]
    [TestCase(ForwarderError.RequestBodyClient, 400, "malformed-request")]
    [TestCase(ForwarderError.RequestBodyClient, 413, "too-large")]
    public void A_failure_has_a_code(ForwarderError error, int status, string code) =>
        Assert.That(ForwardingProblems.Explain(error, status, Route)!.Code, Is.EqualTo(code));

    [Test]
    public void What_may_pass_says_when_to_try_again() =>
        Assert.That(ForwardingProblems.Explain(ForwarderError.Request, 502, Route), Has.Property("Status").EqualTo(503).And.Property("RetryAfter").GreaterThan(TimeSpan.Zero));

    [Test]
    public void A_refused_body_hears_the_limit() =>
        Assert.That(ForwardingProblems.Explain(ForwarderError.RequestBodyClient, 413, Route)!.Message, Does.Contain("1000 bytes"));

    [TestCase(ForwarderError.RequestCanceled)]
    [TestCase(ForwarderError.RequestBodyCanceled)]
    [TestCase(ForwarderError.ResponseBodyCanceled)]
    public void Nobody_is_told_who_went_away(ForwarderError error) =>
        Assert.That(ForwardingProblems.Explain(error, 400, Route), Is.Null);
}
