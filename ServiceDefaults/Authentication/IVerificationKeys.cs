using System.Security.Cryptography;

namespace ServiceDefaults.Authentication;

/// <summary>Public keys by <c>kid</c>: AuthService has them itself, everybody else fetches its JWKS.</summary>
public interface IVerificationKeys
{
    /// <summary>Null when no such key is published.</summary>
    ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation);
}
