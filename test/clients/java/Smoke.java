import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does with the fabric8 client what its users do, and prints a line of JSON of what came of it. */
@SuppressWarnings("deprecation")
public class Smoke {
  private static final Map<String, Object> seen = new LinkedHashMap<>();

  public static void main(String[] arguments) throws Exception {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      write(client);
      inform(client);
      run(client);
      define(client);
      System.out.println(Serialization.asJson(seen).replace("\n", ""));
    }
    // Threads of the client that wait for nothing more.
    System.exit(0);
  }

  private static ConfigMap map(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata().withName(name).addToLabels("of", "java").endMetadata()
        .addToData("x", value)
        .build();
  }

  private static void write(KubernetesClient client) throws Exception {
    var maps = client.configMaps().inNamespace("default");
    var events = Collections.synchronizedList(new ArrayList<List<String>>());
    var done = new CountDownLatch(4);
    try (var watch = maps.withLabel("of", "java").watch(new Watcher<ConfigMap>() {
      @Override
      public void eventReceived(Action action, ConfigMap map) {
        events.add(List.of(action.name(), map.getData().get("x")));
        done.countDown();
      }

      @Override
      public void onClose(WatcherException cause) {}
    })) {
      var made = maps.resource(map("java", "1")).create();
      made.getData().put("x", "2");
      maps.resource(made).update();
      var stale = new ConfigMapBuilder(made).editMetadata().withResourceVersion("1").endMetadata().build();
      seen.put("conflict", refused(() -> maps.resource(stale).update()));
      seen.put("applied", maps.resource(map("java", "2")).forceConflicts().serverSideApply().getData());
      maps.withName("java").delete();
      done.await(10, TimeUnit.SECONDS);
    }
    seen.put("watched", events);
    seen.put("missing", maps.withName("java").get() == null);
  }

  private static List<Object> refused(Runnable act) {
    try {
      act.run();
      return List.of();
    } catch (KubernetesClientException error) {
      return List.of(error.getCode(), error.getStatus().getReason());
    }
  }

  private static void inform(KubernetesClient client) throws Exception {
    var maps = client.configMaps().inNamespace("default");
    maps.resource(map("before", "1")).create();
    var events = Collections.synchronizedList(new ArrayList<String>());
    var done = new CountDownLatch(4);
    try (SharedIndexInformer<ConfigMap> informer =
        maps.withLabel("of", "java").inform(new ResourceEventHandler<ConfigMap>() {
          private void tell(String what, ConfigMap map) {
            events.add(what + " " + map.getMetadata().getName());
            done.countDown();
          }

          @Override
          public void onAdd(ConfigMap map) {
            tell("add", map);
          }

          @Override
          public void onUpdate(ConfigMap before, ConfigMap map) {
            tell("update", map);
          }

          @Override
          public void onDelete(ConfigMap map, boolean isStateUnknown) {
            tell("delete", map);
          }
        })) {
      maps.resource(map("after", "1")).create();
      maps.withName("after").edit(found -> new ConfigMapBuilder(found).addToData("y", "2").build());
      maps.withName("before").delete();
      done.await(10, TimeUnit.SECONDS);
      seen.put("cached", informer.getStore().list().size());
    }
    seen.put("informed", events);
  }

  private static void run(KubernetesClient client) throws Exception {
    var pods = client.pods().inNamespace("default");
    pods.resource(new PodBuilder()
            .withNewMetadata().withName("web").endMetadata()
            .withNewSpec().addNewContainer().withName("web").withImage("nginx").endContainer().endSpec()
            .build())
        .create();
    var pod = pods.withName("web").waitUntilReady(10, TimeUnit.SECONDS);
    seen.put("phase", pod.getStatus().getPhase());
    var out = new ByteArrayOutputStream();
    var input = new ByteArrayInputStream("typed\n".getBytes(StandardCharsets.UTF_8));
    try (ExecWatch exec = pods.withName("web").writingOutput(out).exec("sh", "-c", "echo hello; exit 3")) {
      seen.put("exit", exec.exitCode().get(10, TimeUnit.SECONDS));
    }
    seen.put("exec", out.toString(StandardCharsets.UTF_8));
    var typed = new ByteArrayOutputStream();
    try (ExecWatch exec = pods.withName("web").readingInput(input).writingOutput(typed).exec("head", "-n", "1")) {
      exec.exitCode().get(10, TimeUnit.SECONDS);
    }
    seen.put("typed", typed.toString(StandardCharsets.UTF_8));
    seen.put("logged", pods.withName("web").tailingLines(2).getLog().lines().count());
    try (LocalPortForward forward = pods.withName("web").portForward(80)) {
      var url = URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/java").toURL();
      seen.put("forwarded", ((HttpURLConnection) url.openConnection()).getResponseCode());
    }
    var deployments = client.apps().deployments().inNamespace("default");
    deployments.resource(new DeploymentBuilder()
            .withNewMetadata().withName("many").endMetadata()
            .withNewSpec().withReplicas(1).withNewSelector().addToMatchLabels("app", "many").endSelector()
            .withNewTemplate().withNewMetadata().addToLabels("app", "many").endMetadata()
            .withNewSpec().addNewContainer().withName("web").withImage("nginx").endContainer().endSpec()
            .endTemplate().endSpec()
            .build())
        .create();
    deployments.withName("many").scale(3);
    seen.put("scaled", pods.withLabel("app", "many").list().getItems().size());
    deployments.withName("many").rolling().updateImage("nginx:2");
    seen.put("image",
        deployments.withName("many").get().getSpec().getTemplate().getSpec().getContainers().get(0).getImage());
  }

  private static void define(KubernetesClient client) {
    var accounts = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
            .withGroup("kubesphere.io").withVersion("v1alpha1").withKind("ServiceAccount")
            .withPlural("serviceaccounts").withNamespaced(true).build())
        .inNamespace("default");
    var account = new GenericKubernetesResource();
    account.setApiVersion("kubesphere.io/v1alpha1");
    account.setKind("ServiceAccount");
    account.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder().withName("java").build());
    accounts.resource(account).create();
    seen.put("generic", accounts.withName("java").get().getMetadata().getName());
  }
}
