using Gateway.Identity;
using InferenceSuite.Contracts;
using NUnit.Framework;

namespace Unit.Gateway.Identity;

public class ChangedUsersTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private ChangedUsers _changed = null!;

    [SetUp]
    public void Start() => _changed = new ChangedUsers();

    [TearDown]
    public void Forget() => _changed.Dispose();

    [TestCase("roles-changed")]
    [TestCase("disabled")]
    [TestCase("password-changed")]
    [TestCase("signed-out")]
    [TestCase("something that comes to be later")]
    public void A_token_from_before_is_refused_and_one_from_after_is_not(string reason)
    {
        _changed.Add(new UserChanged("ada", reason, Then));
        Assert.That(_changed.Refuses("ada", Then.AddSeconds(-1)), Has.Property("Code").EqualTo("token-revoked"));
        Assert.That(_changed.Refuses("ada", Then), Is.Null);
        Assert.That(_changed.Refuses("bob", Then.AddSeconds(-1)), Is.Null);
    }

    [TestCase("consent-given")]
    [TestCase("enabled")]
    [TestCase("consent-withdrawn")]
    public void What_takes_no_right_to_be_here_ends_no_session(string reason)
    {
        _changed.Add(new UserChanged("ada", reason, Then));
        Assert.That(_changed.Refuses("ada", Then.AddSeconds(-1)), Is.Null);
        Assert.That(_changed.HasChanged("ada", Then.AddSeconds(-1)), Is.True, "a cached exchange is out of date all the same");
    }

    [Test]
    public void Withdrawn_consent_is_remembered_for_tokens_from_before()
    {
        _changed.Add(new UserChanged("ada", UserChanges.ConsentWithdrawn, Then));
        Assert.That((_changed.WithdrewConsent("ada", Then.AddSeconds(-1)), _changed.WithdrewConsent("ada", Then)), Is.EqualTo((true, false)));
    }

    [TestCase(1, 2, false)]
    [TestCase(2, 1, false)]
    [TestCase(1, 3, true)]
    [TestCase(3, 1, true)]
    [TestCase(3, 2, true)]
    public void Consent_given_again_counts_whatever_is_heard_first(int first, int second, bool isWithdrawn)
    {
        var changes = new[] { UserChanges.ConsentWithdrawn, UserChanges.ConsentGiven, UserChanges.ConsentWithdrawn };
        foreach (var number in new[] { first, second })
            _changed.Add(new UserChanged("ada", changes[number - 1], Then.AddSeconds(number)));
        Assert.That(_changed.WithdrewConsent("ada", Then), Is.EqualTo(isWithdrawn));
    }

    [Test]
    public void Events_may_come_twice_and_in_any_order()
    {
        _changed.Add(new UserChanged("ada", UserChanges.Disabled, Then));
        _changed.Add(new UserChanged("ada", UserChanges.ConsentGiven, Then.AddSeconds(5)));
        _changed.Add(new UserChanged("ada", UserChanges.PasswordChanged, Then.AddSeconds(-60)));
        Assert.That(_changed.Refuses("ada", Then.AddSeconds(-1)), Is.Not.Null);
        Assert.That(_changed.Refuses("ada", Then.AddSeconds(1)), Is.Null);
    }
}
