using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>The call of the package Aspire.Npgsql, for a feed that lacks it. Same name, same place, same effect on the container.</summary>
internal static class NpgsqlHostingExtensions
{
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder, string connectionName, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        var connectionString = builder.Configuration.GetConnectionString(connectionName)
            ?? throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not configured.");
        builder.Services.AddSingleton(services =>
        {
            var source = new NpgsqlDataSourceBuilder(connectionString);
            source.UseLoggerFactory(services.GetService<Logging.ILoggerFactory>());
            configureDataSourceBuilder?.Invoke(source);
            return source.Build();
        });
    }
}
