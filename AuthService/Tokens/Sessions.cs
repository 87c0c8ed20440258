using AuthService.Users;

namespace AuthService.Tokens;

/// <summary>Starts and renews sign-ins: an access token for now, a refresh token for the next one.</summary>
public sealed class Sessions(AuthDb db, Standings standings, RefreshTokens refreshTokens, TokenIssuer tokens)
{
    /// <param name="passwordHash">What was signed in with; a session for a password that was changed meanwhile does not start.</param>
    /// <returns>Null when the user may not sign in (any more).</returns>
    public async Task<TokenAnswer?> StartAsync(Guid userId, string? passwordHash, CancellationToken cancellation)
    {
        // The user's row stays locked until the session is stored: whoever ends all sessions ends this one, or comes first.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await standings.FindAsync(userId, cancellation, passwordHash) is not { } standing)
            return null;
        var (refreshToken, session) = await refreshTokens.StartFamilyAsync(userId, cancellation);
        await transaction.CommitAsync(cancellation);
        return TokenAnswer.Bearer(tokens.ForUser(standing, session), refreshToken);
    }

    /// <returns>Null when the token is unknown, expired or was used before; then its session is over.</returns>
    public async Task<TokenAnswer?> RenewAsync(string presented, CancellationToken cancellation)
    {
        if (await refreshTokens.FindOwnerAsync(presented, cancellation) is not { } owner)
            return null;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var standing = await standings.FindAsync(owner, cancellation);
        var successor = await refreshTokens.RotateAsync(presented, cancellation);
        await transaction.CommitAsync(cancellation);
        return standing is not null && successor is var (refreshToken, session) ? TokenAnswer.Bearer(tokens.ForUser(standing, session), refreshToken) : null;
    }
}
