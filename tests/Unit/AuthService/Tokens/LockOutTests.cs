using AuthService.Tokens;
using NUnit.Framework;

namespace Unit.AuthService.Tokens;

public class LockOutTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    [Test]
    public void Some_attempts_are_free()
    {
        var account = New();
        for (var i = 0; i < LockOut.FreeAttempts; i++)
            Assert.That(LockOut.Enter(account, Start), Is.Null);
    }

    [Test]
    public void The_next_one_has_to_wait() =>
        Assert.That(LockOut.Enter(After(LockOut.FreeAttempts), Start), Is.EqualTo(LockOut.FirstWait));

    [Test]
    public void Asking_while_locked_does_not_prolong_it()
    {
        var account = After(LockOut.FreeAttempts);
        LockOut.Enter(account, Start);
        Assert.That(LockOut.Enter(account, Start.AddSeconds(5)), Is.EqualTo(LockOut.FirstWait - TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void Every_further_failure_doubles_the_wait_up_to_a_limit()
    {
        var account = After(LockOut.FreeAttempts);
        var waits = new List<TimeSpan>();
        for (var now = Start; waits.Count < 8;)
        {
            now = account.LockedUntil!.Value;
            Assert.That(LockOut.Enter(account, now), Is.Null);
            waits.Add(account.LockedUntil!.Value - now);
        }
        Assert.That(waits.Select(wait => wait.TotalSeconds), Is.EqualTo(new[] { 30, 60, 120, 240, 480, 900, 900, 900 }));
    }

    [Test]
    public void Old_failures_are_forgotten()
    {
        var account = After(LockOut.FreeAttempts);
        Assert.That(LockOut.Enter(account, Start + LockOut.Memory + TimeSpan.FromSeconds(1)), Is.Null);
        Assert.That(account.Failures, Is.EqualTo(1));
        Assert.That(account.LockedUntil, Is.Null);
    }

    [Test]
    public void Failures_without_end_do_not_overflow()
    {
        var account = New();
        account.Failures = int.MaxValue - 1;
        account.LastAt = Start;
        Assert.That(LockOut.Enter(account, Start), Is.Null);
        Assert.That(account.LockedUntil, Is.EqualTo(Start + LockOut.MaxWait));
    }

    private static SignInAttempts After(int attempts)
    {
        var account = New();
        for (var i = 0; i < attempts; i++)
            LockOut.Enter(account, Start);
        return account;
    }

    private static SignInAttempts New() => new() { Account = [1], LastAt = Start };
}
