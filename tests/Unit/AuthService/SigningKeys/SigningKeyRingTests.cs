using AuthService.SigningKeys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.AuthService.SigningKeys;

public class SigningKeyRingTests
{
    [Test]
    public async Task Before_the_first_key_is_loaded_nothing_is_published_and_no_token_is_called_wrong()
    {
        await using var nothing = new ServiceCollection().BuildServiceProvider();
        var ring = new SigningKeyRing(nothing.GetRequiredService<IServiceScopeFactory>(), new Sealing(Options.Create(new MasterKeyOptions())), TimeProvider.System);
        foreach (var ask in new Action[] { () => _ = ring.Published, () => _ = ring.Current, () => _ = ring.FindAsync("k", CancellationToken.None).AsTask().GetAwaiter().GetResult() })
            Assert.That(Assert.Throws<ProblemException>(ask), Has.Property("Status").EqualTo(503).And.Property("RetryAfter").Not.Null);
    }
}
