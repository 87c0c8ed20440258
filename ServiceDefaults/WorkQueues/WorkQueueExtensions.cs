using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.WorkQueues;

public static class WorkQueueExtensions
{
    /// <summary>Everything between the table and <typeparamref name="TWorker"/>. Goes with <see cref="AddWorkQueue{TWork}"/> on the bus.</summary>
    /// <param name="queue">What the queue is called and how much it does at once.</param>
    public static void AddWorkQueue<TWork, TWorker>(this IServiceCollection services, Func<IServiceProvider, WorkQueue<TWork>> queue)
        where TWork : class, IWork where TWorker : class, IWorker<TWork>
    {
        services.AddSingleton(queue);
        services.AddSingleton<WorkWatch<TWork>>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkWatch<TWork>>());
        services.AddSingleton<Workers<TWork>>();
        services.AddHostedService(provider => provider.GetRequiredService<Workers<TWork>>());
        services.AddSingleton<IWorker<TWork>, TWorker>();
        services.AddSingleton<WorkLeases<TWork>>();
        services.AddSingleton<LeaseKeeper<TWork>>();
        services.AddSingleton<TurnEnding<TWork>>();
    }

    public static void AddWorkQueue<TWork>(this IBusRegistrationConfigurator bus) where TWork : class, IWork => bus.AddConsumer<TakeNextConsumer<TWork>, TakeNextDefinition<TWork>>();
}
