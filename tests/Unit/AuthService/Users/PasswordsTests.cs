using AuthService.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.AuthService.Users;

public class PasswordsTests
{
    private readonly Passwords _passwords = new(new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })));

    [Test]
    public void The_right_password_opens() => Assert.That(_passwords.Verify(UserWith("ask-the-heron"), "ask-the-heron"), Is.True);

    [Test]
    public void A_wrong_one_does_not() => Assert.That(_passwords.Verify(UserWith("ask-the-heron"), "ask-the-egret"), Is.False);

    [Test]
    public void Nobody_has_no_password() => Assert.That(_passwords.Verify(null, "ask-the-heron"), Is.False);

    [Test]
    public void Equal_passwords_have_different_hashes() => Assert.That(_passwords.Hash("ask-the-heron"), Is.Not.EqualTo(_passwords.Hash("ask-the-heron")));

    private User UserWith(string password) =>
        new() { Email = "ada@example.org", PasswordHash = _passwords.Hash(password), Role = Roles.User, CreatedAt = DateTimeOffset.UnixEpoch };
}
