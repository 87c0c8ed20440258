using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.Extensions.Caching.Memory;
using ServiceDefaults.Messaging;

namespace Gateway.Identity;

/// <summary>
/// Keys revoked lately. Looked at on every use of a cached token, so it makes no difference whether the revocation came
/// before, after or during the exchange. Kept well past <see cref="ExchangedTokens.MaxAge"/>; then AuthService refuses them itself.
/// </summary>
public sealed class RevokedKeys : IDisposable
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);
    private readonly MemoryCache keys = new(new MemoryCacheOptions());

    public void Add(Guid keyId) => keys.Set(keyId, true, Memory);

    public bool Contains(Guid? keyId) => keyId is { } id && keys.TryGetValue(id, out _);

    public void Dispose() => keys.Dispose();
}

public sealed class ApiKeyRevokedConsumer(RevokedKeys revoked) : IConsumer<ApiKeyRevoked>
{
    public Task Consume(ConsumeContext<ApiKeyRevoked> context)
    {
        revoked.Add(context.Message.KeyId);
        return Task.CompletedTask;
    }
}

/// <summary>Every gateway has its own cache, so every gateway has to hear of it.</summary>
public sealed class ApiKeyRevokedDefinition() : BroadcastConsumerDefinition<ApiKeyRevokedConsumer, ApiKeyRevoked>("gateway.apikey-revoked");
