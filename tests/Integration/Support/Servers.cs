using NUnit.Framework;
using TestSupport;

namespace Integration;

/// <summary>
/// One Postgres, one RabbitMQ and one token authority for all tests of this tier, started by the first that asks. Tests keep
/// apart by databases of their own and by the names of what they make.
/// </summary>
[SetUpFixture]
public class Servers
{
    private static readonly Lazy<Task<PostgresServer>> LazyPostgres = new(PostgresServer.StartNewAsync);
    private static readonly Lazy<Task<RabbitMqServer>> LazyRabbitMq = new(RabbitMqServer.StartNewAsync);
    private static readonly Lazy<Task<TestAuthority>> LazyAuthority = new(TestAuthority.StartNewAsync);

    public static Task<PostgresServer> PostgresAsync() => LazyPostgres.Value;

    public static Task<RabbitMqServer> RabbitMqAsync() => LazyRabbitMq.Value;

    internal static Task<TestAuthority> AuthorityAsync() => LazyAuthority.Value;

    [OneTimeTearDown]
    public async Task StopAllAsync()
    {
        if (LazyAuthority.IsValueCreated)
            await (await LazyAuthority.Value).DisposeAsync();
        if (LazyRabbitMq.IsValueCreated)
            await (await LazyRabbitMq.Value).DisposeAsync();
        if (LazyPostgres.IsValueCreated)
            await (await LazyPostgres.Value).DisposeAsync();
    }
}
