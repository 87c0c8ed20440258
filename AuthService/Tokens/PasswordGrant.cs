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
        await guard.EnterAsync(email ?? typed, cancellation);
        var user = email is null ? null : await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Email == email, cancellation);
        if (!passwords.Verify(user, password))
            throw TokenAnswer.Refused("The e-mail address or the password is wrong.");

        await guard.SucceededAsync(email!, cancellation);
        var refreshToken = await refreshTokens.StartFamilyAsync(user!.Id, cancellation);
        return TokenAnswer.Bearer(tokens.ForUser(user.Id, user.Role), refreshToken);
    }
}
