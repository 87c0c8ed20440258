using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ServiceDefaults.Health;
using ServiceDefaults.Outbox;

namespace ServiceDefaults.Database;

public static class DatabaseExtensions
{
    /// <summary>
    /// The service's own database by the connection string <paramref name="name"/>: data source, DbContext,
    /// migrations at start (embedded <c>Migrations/*.sql</c> of the DbContext's assembly), outbox and its pump.
    /// </summary>
    public static WebApplicationBuilder AddDatabase<TContext>(this WebApplicationBuilder builder, string name)
        where TContext : DbContext
    {
        builder.AddNpgsqlDataSource(name, configureDataSourceBuilder: source =>
        {
            // A statement outside any request or message (the pump's poll) is not worth a trace of its own.
            source.ConfigureTracing(tracing => tracing
                .ConfigureCommandFilter(_ => Activity.Current is not null)
                .ConfigureBatchFilter(_ => Activity.Current is not null)
                .EnablePhysicalOpenTracing(false));
            source.ConnectionStringBuilder.Timeout = 5;
            source.ConnectionStringBuilder.CommandTimeout = 30;
            // The few statements of the hot path are parsed and planned once per connection, not each time.
            source.ConnectionStringBuilder.MaxAutoPrepare = 32;
            // Nothing here sets up a session but SessionLock, and that is given back by name.
            source.ConnectionStringBuilder.NoResetOnClose = true;
        });
        builder.Services.AddDbContextPool<TContext>((services, options) => options
            .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>())
            // What fails is thrown: whoever catches it knows whether a duplicate is an incident or an answer.
            .ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.SaveChangesFailed, RelationalEventId.CommandError))
            .AddInterceptors(services.GetRequiredService<OutboxInterceptor>()));

        builder.Services.AddSingleton(services => new DatabaseMigrator(
            services.GetRequiredService<NpgsqlDataSource>(),
            typeof(TContext).Assembly,
            services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<DatabaseMigrator>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<DatabaseMigrator>());
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database", tags: [HealthExtensions.Ready]);
        builder.Services.AddOutbox();
        return builder;
    }
}
