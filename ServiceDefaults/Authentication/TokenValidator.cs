namespace ServiceDefaults.Authentication;

/// <summary>A token in, its claims out; null when it is not one of ours, altered or out of time.</summary>
/// <exception cref="HttpRequestException">The keys can't be fetched.</exception>
public sealed class TokenValidator(IVerificationKeys keys, TimeProvider time)
{
    public async ValueTask<TokenClaims?> ValidateAsync(string token, CancellationToken cancellation)
    {
        if (JsonWebToken.ReadKeyId(token) is not { } kid)
            return null;
        return await keys.FindAsync(kid, cancellation) is { } key ? JsonWebToken.Validate(token, key, time.GetUtcNow()) : null;
    }
}
