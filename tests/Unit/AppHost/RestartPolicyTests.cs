using Aspire.Hosting.Local;
using NUnit.Framework;

namespace Unit.AppHost;

public class RestartPolicyTests
{
    private static readonly TimeSpan Briefly = TimeSpan.FromSeconds(1), Long = TimeSpan.FromMinutes(1);

    [Test]
    public void A_resource_that_was_never_healthy_gets_three_attempts()
    {
        var policy = new RestartPolicy();

        Assert.That(policy.AfterFailure(wasHealthy: false, Briefly), Is.Not.Null);
        Assert.That(policy.AfterFailure(wasHealthy: false, Briefly), Is.Not.Null);
        Assert.That(policy.AfterFailure(wasHealthy: false, Briefly), Is.Null);
    }

    [Test]
    public void Pauses_double_up_to_a_cap_and_then_it_is_given_up()
    {
        var policy = new RestartPolicy();

        var pauses = Enumerable.Range(0, 10).Select(_ => policy.AfterFailure(wasHealthy: true, Briefly)?.TotalSeconds).ToArray();

        Assert.That(pauses, Is.EqualTo(new double?[] { 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15, 15, null }).Within(0.001));
    }

    [Test]
    public void Staying_healthy_for_a_while_clears_the_count()
    {
        var policy = new RestartPolicy();
        policy.AfterFailure(wasHealthy: true, Briefly);
        policy.AfterFailure(wasHealthy: true, Briefly);

        Assert.That(policy.AfterFailure(wasHealthy: true, Long), Is.EqualTo(TimeSpan.FromSeconds(0.2)));
        Assert.That(policy.Failures, Is.EqualTo(1));
    }

    [Test]
    public void Running_long_without_ever_being_healthy_clears_nothing()
    {
        var policy = new RestartPolicy();
        policy.AfterFailure(wasHealthy: false, Long);
        policy.AfterFailure(wasHealthy: false, Long);

        Assert.That(policy.AfterFailure(wasHealthy: false, Long), Is.Null);
    }
}
