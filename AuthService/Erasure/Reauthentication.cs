using AuthService.Tokens;
using AuthService.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace AuthService.Erasure;

/// <summary>Whether it is the person who asks, and not whoever found their browser open or their refresh token.</summary>
public sealed class Reauthentication(
    AuthDb db, SignInGuard guard, Passwords passwords, IOptions<ErasureOptions> options, TimeProvider time)
{
    /// <param name="session">The sign-in that the access token comes from.</param>
    /// <exception cref="ProblemException">403: the password is wrong, or is needed; 429 after too many wrong ones.</exception>
    public async Task RequireAsync(User user, string? password, Guid? session, CancellationToken cancellation)
    {
        if (password is null)
        {
            if (!await HasJustSignedInAsync(user, session, cancellation))
                throw Refused("reauthentication-needed", $"Send your password, or sign in and ask again within {options.Value.RecentSignIn.TotalMinutes} minutes.");
        }
        else if (password.Length > PasswordPolicy.MaxLength
            || await guard.TryAsync(user.Email, () => Task.FromResult(passwords.Verify(user, password) ? user : null), cancellation) is null)
        {
            throw Refused("wrong-password", "This is not the password.");
        }
    }

    /// <summary>
    /// A fresh token alone says little: it may come from an old refresh token, or from one that was stolen, whose owner has just signed in
    /// elsewhere. So the token's own session must have begun just now.
    /// </summary>
    private async Task<bool> HasJustSignedInAsync(User user, Guid? session, CancellationToken cancellation)
    {
        var since = time.GetUtcNow() - options.Value.RecentSignIn;
        var began = await db.RefreshTokens.Where(t => t.UserId == user.Id && t.Family == session).MinAsync(t => (DateTimeOffset?)t.IssuedAt, cancellation);
        return began > since;
    }

    private static ProblemException Refused(string code, string detail) => new(StatusCodes.Status403Forbidden, code, detail) { Field = "password" };
}
