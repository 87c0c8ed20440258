using Gateway.Limits;
using NUnit.Framework;

namespace Unit.Gateway.Limits;

public class BucketTableTests
{
    private static readonly long Now = new DateTime(2026, 1, 1).Ticks;
    private static readonly Allowance One = new(PerMinute: 1, Burst: 1);

    [Test]
    public void A_caller_finds_their_own_bucket_again()
    {
        var table = new BucketTable(10);
        Assert.That(table.Find(Address(1), Now), Is.SameAs(table.Find(Address(1), Now)).And.Not.SameAs(table.Find(Address(2), Now)));
        Assert.That(table.Find(new BucketName(BucketKind.SignIn, 1), Now), Is.Not.SameAs(table.Find(Address(1), Now)));
    }

    [Test]
    public void A_million_addresses_take_no_more_room_than_there_is()
    {
        var table = new BucketTable(1000);
        var seen = new HashSet<Bucket>();
        for (var i = 0; i < 1_000_000; i++)
        {
            var bucket = table.Find(Address(i), Now);
            bucket.Take(One, Now); // none of them is idle
            seen.Add(bucket);
        }
        Assert.That(table.Count, Is.EqualTo(1000));
        Assert.That(seen, Has.Count.LessThanOrEqualTo(1000 + 1024));
    }

    [Test]
    public void Who_was_there_before_the_flood_keeps_what_is_theirs()
    {
        var table = new BucketTable(100);
        var mine = table.Find(Address(-1), Now);
        mine.Take(One, Now);
        for (var i = 0; i < 10_000; i++)
            table.Find(Address(i), Now).Take(One, Now);
        Assert.That(table.Find(Address(-1), Now), Is.SameAs(mine));
    }

    [Test]
    public void The_flood_itself_is_limited_as_a_few_callers()
    {
        var table = new BucketTable(1);
        table.Find(Address(-1), Now).Take(One, Now);
        var granted = Enumerable.Range(0, 100_000).Count(i => table.Find(Address(i), Now).Take(One, Now).IsGranted);
        Assert.That(granted, Is.LessThanOrEqualTo(1024));
    }

    [Test]
    public void Idle_ones_make_room()
    {
        var table = new BucketTable(100);
        for (var i = 0; i < 100; i++)
            table.Find(Address(i), Now).Take(One, Now);
        var later = Now + TimeSpan.TicksPerMinute * 2;
        var newcomer = table.Find(Address(1000), later);
        Assert.That(table.Count, Is.EqualTo(1));
        Assert.That(table.Find(Address(1000), later), Is.SameAs(newcomer));
    }

    private static BucketName Address(int number) => new(BucketKind.Address, (UInt128)(uint)number);
}
