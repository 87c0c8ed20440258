using NUnit.Framework;
using ServiceDefaults.Problems;
using ServiceDefaults.Quotas;

namespace Unit.ServiceDefaults.Quotas;

public class QuotaLeaseTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Midnight = Noon.AddHours(12);

    [Test]
    public void Nothing_is_held_to_begin_with() => Assert.That(new QuotaLease().Take(1, Noon), Is.Null);

    [Test]
    public void What_was_granted_is_given_out_and_no_more()
    {
        var lease = new QuotaLease();
        Assert.That(lease.Add(new QuotaLeaseGrant(3, 0, Midnight), 1, Noon)!.Value.IsGranted, Is.True);
        Assert.That(lease.Take(2, Noon)!.Value.IsGranted, Is.True);
        Assert.That(lease.Take(1, Noon), Is.Null);
    }

    [Test]
    public void A_refusal_keeps_what_is_held_for_somebody_who_wants_less()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(3, 0, Midnight), 1, Noon);
        Assert.That(lease.Add(new QuotaLeaseGrant(0, 0, Midnight), 5, Noon), Is.EqualTo(new QuotaAnswer(false, 2, Midnight)));
        Assert.That(lease.Take(2, Noon)!.Value.IsGranted, Is.True);
    }

    [Test]
    public void A_grant_that_others_took_from_meanwhile_is_no_refusal()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(4, 100, Midnight), 1, Noon);
        Assert.That(lease.Missing(5, 5), Is.EqualTo((2L, 5L)));
        lease.Take(3, Noon); // while AuthService was asked
        Assert.That(lease.Add(new QuotaLeaseGrant(2, 98, Midnight), 5, Noon), Is.Null);
        Assert.That(lease.Missing(5, 5), Is.EqualTo((3L, 5L)), "so more is asked for");
    }

    [Test]
    public void A_refusal_is_good_for_a_second_and_for_no_less_than_was_refused()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(0, 3, Midnight), 5, Noon);
        Assert.That(lease.Take(5, Noon.AddMilliseconds(999)), Is.EqualTo(new QuotaAnswer(false, 3, Midnight)));
        Assert.That(lease.Take(4, Noon), Is.Null);
        Assert.That(lease.Take(5, Noon.AddSeconds(1)), Is.Null);
    }

    [Test]
    public void A_failure_is_good_for_a_second_and_forgotten_when_something_is_granted()
    {
        var lease = new QuotaLease();
        lease.Fail(ProblemException.Unavailable("quota-unavailable", "Away.", TimeSpan.FromSeconds(2)), Noon);
        Assert.That(() => lease.Take(1, Noon.AddMilliseconds(999)), Throws.InstanceOf<ProblemException>().With.Property("Code").EqualTo("quota-unavailable"));
        Assert.That(lease.Take(1, Noon.AddSeconds(1)), Is.Null);
        lease.Add(new QuotaLeaseGrant(1, 0, Midnight), 1, Noon);
        Assert.That(lease.Take(1, Noon), Is.Null);
    }

    [Test]
    public void The_first_question_is_for_what_is_needed_and_later_ones_are_for_blocks()
    {
        var lease = new QuotaLease();
        Assert.That(lease.Missing(1, 100), Is.EqualTo((1L, 1L)));
        lease.Add(new QuotaLeaseGrant(1, 999, Midnight), 1, Noon);
        Assert.That(lease.Missing(1, 100), Is.EqualTo((1L, 62L)));
        Assert.That(lease.Missing(1, 10), Is.EqualTo((1L, 10L)));
    }

    [Test]
    public void The_last_of_a_quota_is_taken_one_by_one()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(1, 15, Midnight), 1, Noon);
        Assert.That(lease.Missing(1, 100), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void Yesterdays_is_forgotten()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(10, 0, Midnight), 1, Noon);
        Assert.That(lease.Take(1, Midnight), Is.Null);
        Assert.That(lease.CloseIfIdle(Midnight, Midnight)!.Value.Unused, Is.Zero);
    }

    [Test]
    public void What_nobody_uses_is_given_back_to_its_day()
    {
        var lease = new QuotaLease();
        lease.Add(new QuotaLeaseGrant(10, 0, Midnight), 1, Noon);
        Assert.That(lease.CloseIfIdle(Noon.AddSeconds(-1), Noon), Is.Null);
        Assert.That(lease.CloseIfIdle(Noon, Noon.AddSeconds(5)), Is.EqualTo((9L, new DateOnly(2030, 1, 1))));
        Assert.That(lease.Missing(1, 10), Is.Null, "what is closed takes nothing more");
    }
}
