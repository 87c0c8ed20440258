namespace InferenceSuite.AppHost;

/// <summary>The local engine runs processes only.</summary>
internal static class Containers
{
    public static Server? AddPostgres(params object[] _) => null;

    public static Server? AddRabbitMQ(params object[] _) => null;
}
