using InferenceService.Tasks.Intake;
using MassTransit;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;

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
        services.AddSingleton<TaskLeases>();
        services.AddSingleton<TaskWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<TaskWatch>());
        services.AddSingleton<LeaseKeeper>();
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
        bus.AddConsumer<RunNextTaskConsumer, RunNextTaskDefinition>();
        bus.AddConsumer<ForgetInputs, ForgetInputsDefinition>();
        bus.AddConsumer<CancelTasksOfUser, CancelTasksOfUserDefinition>();
    }
}
