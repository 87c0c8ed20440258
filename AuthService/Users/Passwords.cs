using Microsoft.AspNetCore.Identity;

namespace AuthService.Users;

/// <summary>ASP.NET Core Identity's hasher (PBKDF2 with a salt each), doing the same work whether or not there is a user.</summary>
public sealed class Passwords(IPasswordHasher<User> hasher)
{
    private readonly Lazy<string> nobodysHash = new(() => hasher.HashPassword(null!, Guid.NewGuid().ToString()));

    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <param name="user">Null where the address is unknown: the answer is no, after the same work.</param>
    public bool Verify(User? user, string password) =>
        hasher.VerifyHashedPassword(user!, user?.PasswordHash ?? nobodysHash.Value, password) != PasswordVerificationResult.Failed && user is not null;
}
