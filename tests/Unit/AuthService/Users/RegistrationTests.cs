using AuthService.Users;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.AuthService.Users;

public class RegistrationTests
{
    private const string Good = "ask-the-heron";

    [TestCase(null, TestName = "No password")]
    [TestCase("ninechars", TestName = "Nine characters")]
    [TestCase("aaaaaaaaaaaa", TestName = "One character over and over")]
    [TestCase("Password123", TestName = "On everybody's list")]
    [TestCase("i-am-lovelace", TestName = "The name in the address")]
    public void A_weak_password_is_refused_by_its_field(string? password) =>
        Assert.That(FieldRefused(new Registration("lovelace@example.org", password, null)), Is.EqualTo("password"));

    [Test]
    public void A_long_password_is_refused_before_it_costs_anything() =>
        Assert.That(FieldRefused(new Registration("ada@example.org", string.Concat(Enumerable.Repeat("abcd", 51)), null)), Is.EqualTo("password"));

    [Test]
    public void A_wrong_address_is_refused_by_its_field() =>
        Assert.That(FieldRefused(new Registration("ada", Good, null)), Is.EqualTo("email"));

    [Test]
    public void Consent_is_wanted_where_it_is_required() =>
        Assert.That(FieldRefused(new Registration("ada@example.org", Good, null), consentIsRequired: true), Is.EqualTo("consent"));

    [TestCase(null)]
    [TestCase(" ")]
    public void Consent_names_a_version(string? version) =>
        Assert.That(FieldRefused(new Registration("ada@example.org", Good, new ConsentRequest(version))), Is.EqualTo("consent.version"));

    [Test]
    public void What_is_right_is_normalised() =>
        Assert.That(
            new Registration(" Ada@example.org", Good, new ConsentRequest("2026-01")).Validate(consentIsRequired: true),
            Is.EqualTo(new ValidRegistration("ada@example.org", Good, "2026-01")));

    private static string? FieldRefused(Registration registration, bool consentIsRequired = false) =>
        Assert.Throws<ProblemException>(() => registration.Validate(consentIsRequired))!.Field;
}
