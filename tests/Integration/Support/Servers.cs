using NUnit.Framework;
using TestSupport;

namespace Integration;

/// <summary>
/// One Postgres, one RabbitMQ, one S3 server and one token authority for all tests of this tier, started by the first that asks. Tests keep
/// apart by databases of their own and by the names of what they make.
/// </summary>
[SetUpFixture]
public class Servers
{
    private static readonly Lazy<Task<PostgresServer>> LazyPostgres = new(PostgresServer.StartNewAsync);
    private static readonly Lazy<Task<RabbitMqServer>> LazyRabbitMq = new(RabbitMqServer.StartNewAsync);
    private static readonly Lazy<Task<RadosGateway>> LazyS3 = new(RadosGateway.StartNewAsync);
    private static readonly Lazy<Task<TestAuthority>> LazyAuthority = new(TestAuthority.StartNewAsync);

    public static Task<PostgresServer> PostgresAsync() => LazyPostgres.Value;

    public static Task<RabbitMqServer> RabbitMqAsync() => LazyRabbitMq.Value;

    /// <summary>Ignores the test that asks where no S3 server is installed.</summary>
    public static Task<RadosGateway> S3Async() => LazyS3.Value;

    internal static Task<TestAuthority> AuthorityAsync() => LazyAuthority.Value;

    [OneTimeTearDown]
    public async Task StopAllAsync()
    {
        if (LazyAuthority.IsValueCreated)
            await (await LazyAuthority.Value).DisposeAsync();
        if (LazyS3 is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await LazyS3.Value).DisposeAsync();
        if (LazyRabbitMq.IsValueCreated)
            await (await LazyRabbitMq.Value).DisposeAsync();
        if (LazyPostgres.IsValueCreated)
            await (await LazyPostgres.Value).DisposeAsync();
    }
}
