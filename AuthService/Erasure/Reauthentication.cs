using AuthService.Tokens;
using AuthService.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Erasure;

/// <summary>Whether it is the person who asks, and not whoever found their browser open or their refresh token.</summary>
public sealed class Reauthentication(
    AuthDb db, SignInGuard guard, Passwords passwords, TokenValidator tokens, IOptions<ErasureOptions> options, TimeProvider time)
{
    private const string BearerPrefix = "Bearer ";

    /// <exception cref="ProblemException">403: the password is wrong, or is needed; 429 after too many wrong ones.</exception>
    public async Task RequireAsync(User user, string? password, string authorization, CancellationToken cancellation)
    {
        if (password is null)
        {
            if (!await HasJustSignedInAsync(user, authorization, cancellation))
                throw Refused("reauthentication-needed", $"Send your password, or sign in and ask again within {options.Value.RecentSignIn.TotalMinutes} minutes.");
        }
        else if (password.Length > PasswordPolicy.MaxLength
            || await guard.TryAsync(user.Email, () => Task.FromResult(passwords.Verify(user, password) ? user : null), cancellation) is null)
        {
            throw Refused("wrong-password", "This is not the password.");
        }
    }

    /// <summary>A fresh token alone says little: it may come from an old refresh token. So a session must have begun just now, too.</summary>
    private async Task<bool> HasJustSignedInAsync(User user, string authorization, CancellationToken cancellation)
    {
        if (!authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return false;
        var since = time.GetUtcNow() - options.Value.RecentSignIn;
        var token = await tokens.ValidateAsync(authorization[BearerPrefix.Length..].Trim(), cancellation);
        return token?.IssuedAt > since
            && await db.RefreshTokens.Where(t => t.UserId == user.Id).GroupBy(t => t.Family).AnyAsync(family => family.Min(t => t.IssuedAt) > since, cancellation);
    }

    private static ProblemException Refused(string code, string detail) => new(StatusCodes.Status403Forbidden, code, detail) { Field = "password" };
}
