using AuthService.Users;
using Microsoft.EntityFrameworkCore;

namespace AuthService.Tokens;

public sealed class PasswordGrant(AuthDb db, SignInGuard guard, Passwords passwords, RefreshTokens refreshTokens, TokenIssuer tokens)
{
    /// <exception cref="ServiceDefaults.Problems.ProblemException">401 wrong address or password, never which; 429 locked out.</exception>
    public async Task<TokenAnswer> IssueAsync(TokenRequest form, CancellationToken cancellation)
    {
        var typed = TokenRequest.Required("username", form.UserName);
        var password = TokenRequest.Required("password", form.Password);
        if (password.Length > PasswordPolicy.MaxLength)
            throw TokenAnswer.Refused("The e-mail address or the password is wrong.");

        var email = EmailAddress.Normalise(typed);
        var user = await guard.TryAsync(email ?? typed, () => FindAsync(email, password, cancellation), cancellation)
            ?? throw TokenAnswer.Refused("The e-mail address or the password is wrong.");
        var refreshToken = await refreshTokens.StartFamilyAsync(user.Id, cancellation);
        return TokenAnswer.Bearer(tokens.ForUser(user.Id, user.Role), refreshToken);
    }

    private async Task<User?> FindAsync(string? email, string password, CancellationToken cancellation)
    {
        var user = email is null ? null : await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Email == email, cancellation);
        return passwords.Verify(user, password) ? user : null;
    }
}
