using MassTransit;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using TrainingService.Runs.Artifacts;
using TrainingService.Runs.Queue;
using TrainingService.Runs.Requests;
using TrainingService.Runs.Training;
using TrainingService.Runs.Views;

namespace TrainingService.Runs;

internal static class RunExtensions
{
    /// <summary>In the order in which a run meets it.</summary>
    public static void AddRuns(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<RunOptions>().BindConfiguration("Runs").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<RunIntake>();
        services.AddScoped<RunQueue>();
        services.AddSingleton<RunLeases>();
        services.AddSingleton<RunWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RunWatch>());
        services.AddSingleton<RunWorkers>();
        services.AddHostedService(provider => provider.GetRequiredService<RunWorkers>());
        services.AddScoped<RunStates>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<RunTurn>();
        services.AddSingleton<RunMetrics>();

        services.AddScoped<IRunJob, TrainingJob>();
        services.AddSingleton<RunFolders>();
        services.AddScoped<TrainingInputs>();
        services.AddTransient<ImageSamples>();
        services.AddSingleton<TrainerProcess>();
        services.AddScoped<TrainedModels>();
        services.AddScoped<RunReports>();
        services.AddScoped<StoringPatience>();
        services.AddServiceClient<ObjectFiles>("storage", Scopes.Service.Objects, timeout: TimeSpan.FromMinutes(5));
        services.AddScoped<RunArtifacts>();
        services.AddHostedService<ArtifactSweep>();
        services.AddScoped<RunEvents>();
    }

    public static void AddRunConsumer(this IBusRegistrationConfigurator bus) => bus.AddConsumer<TakeNextRunConsumer, TakeNextRunDefinition>();
}
