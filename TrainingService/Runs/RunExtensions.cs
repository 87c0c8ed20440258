using MassTransit;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.WorkQueues;
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
        services.AddWorkQueue<Run, RunWorker>(provider => Queue(provider.GetRequiredService<IOptions<RunOptions>>().Value));
        services.AddScoped<RunStates>();
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

    public static void AddRunConsumer(this IBusRegistrationConfigurator bus) => bus.AddWorkQueue<Run>();

    /// <summary>A run begins anew with each worker: its attempts count from first to last, and a pause saves work.</summary>
    private static WorkQueue<Run> Queue(RunOptions options) => new()
    {
        Name = "training.runs",
        Table = "runs",
        Noun = "run",
        GivenBack = "queued",
        Concurrency = options.Concurrency,
        Lease = options.Lease,
        MaxAttempts = options.MaxAttempts,
        AwayPause = TimeSpan.FromSeconds(5),
    };
}
