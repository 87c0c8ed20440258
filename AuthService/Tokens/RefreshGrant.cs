using Microsoft.EntityFrameworkCore;

namespace AuthService.Tokens;

public sealed class RefreshGrant(AuthDb db, RefreshTokens refreshTokens, TokenIssuer tokens)
{
    /// <exception cref="ServiceDefaults.Problems.ProblemException">401: not a token that can be used.</exception>
    public async Task<TokenAnswer> IssueAsync(TokenRequest form, CancellationToken cancellation)
    {
        var presented = TokenRequest.Required("refresh_token", form.RefreshToken);
        var (userId, successor) = await refreshTokens.RotateAsync(presented, cancellation)
            ?? throw TokenAnswer.Refused("The refresh token is not valid or no longer valid.");
        var role = await db.Users.Where(user => user.Id == userId).Select(user => user.Role).SingleAsync(cancellation); // as it is now
        return TokenAnswer.Bearer(tokens.ForUser(userId, role), successor);
    }
}
