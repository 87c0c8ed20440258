using Gateway.Limits;
using NUnit.Framework;

namespace Unit.Gateway.Limits;

public class BucketTests
{
    private static readonly long Now = new DateTime(2026, 1, 1).Ticks;
    private static readonly Allowance TenAtOnceOneASecond = new(PerMinute: 60, Burst: 10);

    [Test]
    public void A_burst_is_granted_and_then_one_at_a_time()
    {
        var bucket = new Bucket();
        Assert.That(TakeUntilRefused(bucket, Now), Is.EqualTo(10));
        Assert.That(TakeUntilRefused(bucket, Now + Seconds(1)), Is.EqualTo(1));
        Assert.That(TakeUntilRefused(bucket, Now + Seconds(4)), Is.EqualTo(3));
    }

    [Test]
    public void It_never_holds_more_than_a_burst() => Assert.That(TakeUntilRefused(Emptied(), Now + Seconds(3600)), Is.EqualTo(10));

    [Test]
    public void What_is_left_and_when_all_of_it_is_back_are_told()
    {
        var bucket = new Bucket();
        bucket.Take(TenAtOnceOneASecond, Now);
        var second = bucket.Take(TenAtOnceOneASecond, Now);
        Assert.That((second.Remaining, second.Reset), Is.EqualTo((8L, TimeSpan.FromSeconds(2))));
    }

    [Test]
    public void A_refusal_says_when_to_come_back_and_then_it_is_so()
    {
        var bucket = Emptied();
        var refused = bucket.Take(TenAtOnceOneASecond, Now);
        Assert.That((refused.IsGranted, refused.RetryAfter), Is.EqualTo((false, TimeSpan.FromSeconds(1))));
        Assert.That(bucket.Take(TenAtOnceOneASecond, Now + refused.RetryAfter.Ticks).IsGranted, Is.True);
    }

    [Test]
    public void Refused_requests_cost_nothing()
    {
        var bucket = Emptied();
        for (var i = 0; i < 1000; i++)
            bucket.Take(TenAtOnceOneASecond, Now);
        Assert.That(bucket.Take(TenAtOnceOneASecond, Now + Seconds(1)).IsGranted, Is.True);
    }

    [Test]
    public void Looking_takes_nothing()
    {
        var bucket = new Bucket();
        for (var i = 0; i < 100; i++)
            Assert.That(bucket.Look(TenAtOnceOneASecond, Now).Remaining, Is.EqualTo(10));
        Assert.That(Emptied().Look(TenAtOnceOneASecond, Now).IsGranted, Is.False);
    }

    [Test]
    public void A_clock_that_is_set_back_locks_nobody_out_for_longer_than_an_empty_bucket()
    {
        var bucket = Emptied();
        var refused = bucket.Take(TenAtOnceOneASecond, Now - Seconds(86_400));
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Threads_together_get_a_burst_and_no_more()
    {
        var bucket = new Bucket();
        var granted = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (bucket.Take(TenAtOnceOneASecond, Now).IsGranted)
                Interlocked.Increment(ref granted);
        });
        Assert.That(granted, Is.EqualTo(10));
    }

    [Test]
    public void The_smallest_limit_still_lets_one_through()
    {
        var once = Allowance.Of(1, TimeSpan.FromSeconds(1));
        Assert.That(new Bucket().Take(once, Now).IsGranted, Is.True);
    }

    [Test]
    public void It_is_idle_when_it_is_full_and_nobody_is_under_way()
    {
        var bucket = new Bucket();
        Assert.That(bucket.IsIdle(Now), Is.True);
        bucket.Take(TenAtOnceOneASecond, Now);
        Assert.That((bucket.IsIdle(Now), bucket.IsIdle(Now + Seconds(1))), Is.EqualTo((false, true)));
        bucket.TryEnter(1);
        Assert.That(bucket.IsIdle(Now + Seconds(1)), Is.False);
    }

    [Test]
    public void Only_so_many_are_under_way_at_once()
    {
        var bucket = new Bucket();
        Assert.That((bucket.TryEnter(2), bucket.TryEnter(2), bucket.TryEnter(2)), Is.EqualTo((true, true, false)));
        bucket.Leave();
        Assert.That(bucket.TryEnter(2), Is.True);
    }

    private static Bucket Emptied()
    {
        var bucket = new Bucket();
        TakeUntilRefused(bucket, Now);
        return bucket;
    }

    private static int TakeUntilRefused(Bucket bucket, long now)
    {
        for (var taken = 0; ; taken++)
        {
            if (!bucket.Take(TenAtOnceOneASecond, now).IsGranted)
                return taken;
        }
    }

    private static long Seconds(int seconds) => seconds * TimeSpan.TicksPerSecond;
}
