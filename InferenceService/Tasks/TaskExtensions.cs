using InferenceService.Tasks.Intake;
using MassTransit;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

internal static class TaskExtensions
{
    /// <summary>In the order in which a task meets it.</summary>
    public static void AddTasks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TaskOptions>().BindConfiguration("Tasks").ValidateDataAnnotations().ValidateOnStart();
        services.AddServiceClient<InputStore>("storage", Scopes.Service.Objects, timeout: TimeSpan.FromMinutes(30));
        services.AddSingleton<TaskFolder>();
        services.AddSingleton<InputSpool>();
        services.AddWorkQueue<TaskLease, TaskWorker>(provider => Queue(provider.GetRequiredService<IOptions<TaskOptions>>().Value));
        services.AddSingleton<TaskStates>();
        services.AddSingleton<TaskInputs>();
        services.AddSingleton<ErasedInputs>();
        services.AddSingleton<TaskItems>();
        services.AddSingleton<TaskRunner>();
        services.AddSingleton<TaskResults>();
        services.AddSingleton<ResultStream>();
        services.AddSingleton<TaskMetrics>();
        services.AddHostedService<TaskRetention>();
    }

    public static void AddTaskConsumer(this IBusRegistrationConfigurator bus)
    {
        bus.AddWorkQueue<TaskLease>();
        bus.AddConsumer<ForgetInputs, ForgetInputsDefinition>();
        bus.AddConsumer<CancelTasksOfUser, CancelTasksOfUserDefinition>();
    }

    /// <summary>A task goes on where it was left: it waits as <c>running</c>, and a pause costs little.</summary>
    private static WorkQueue<TaskLease> Queue(TaskOptions options) => new()
    {
        Name = "inference.tasks",
        Table = "tasks",
        Noun = "task",
        GivenBack = "running",
        Concurrency = options.Concurrency,
        Lease = options.Lease,
        MaxAttempts = options.MaxAttempts,
        AwayPause = TimeSpan.FromSeconds(2),
    };
}
