"""What `hemei` without a command says."""

from __future__ import annotations

from typing import Final

HELP: Final = """和媒：一次采集，三审签发，处处发布，人人可验。

用法：hemei 命令 [参数]

  run                                  启动读者网站、采编后台和印刷间；按 Ctrl-C 停止
  logins                               再显示一次演示账号、密码和审签 PIN
  logins --lift 账号                   密码连续输错而锁定的账号，马上可以再登录
  file 文件… [--as 账号]               把来稿（Word、WPS、PDF、网页、邮件、文本）交进采编后台
  file 文件… --dry-run [--json]        只看结构识别的结果，不写数据库
  proof 文件 [--date 日期] [--json] [--fix]
             [--house] [--no-register]
                                       校对：列出可疑的词句；--fix 直接改掉改了不会错的标点；
                                       --house 连同默认的本社规矩（标题多长、有没有图……）
  directives 文件 [--date 日期] [--json]
                                       督办线索：会议报道里要谁办什么、什么时候办完
  press status [--json]                现在是第几版次，有多少页、多少单待印
  press history                        列出每一版次
  press explain 网页路径               这一页是由哪些内容印成的
  press build [--full] [--jobs N]      印出待印的；加 --full 时用 N 个进程全部重印并核对
  press verify [--json]                就地核对：成品库里的每个文件是否与封存的版次一致
  press rollback 版次号                回到某一版次（此后撤下的稿件不会回来），然后停印
  press resume                         查明原因之后，接着印停下的印单
  press export 目录                    把现在的版次写成一个普通网站目录
  press sync 目标 [--check] [--verify] [--purge 文件]
                                       把现在的版次同步到目录、sftp:// 或 s3://
  verify 目录或网址 [--key 文件] [--fresh] [--proofs] [--json]
                                       核对每一个字节是否与封存的版次一致
  demo [--stories N]                   装入演示县；加 --stories 时再加 N 篇虚构稿件
  backup 备份文件                      备份数据库、稿件、图片、印刷间和密钥（名字以 .gz 结尾即压缩）
  restore 备份文件                     恢复到空的数据目录
  bench press [--stories N] [--runs N] [--only full,change,verify,serve] [--million] [--json]
                                       在这台机器上量印刷间的速度，与 Hugo、nginx 对照
  bench desk [--stories N…] [--keep 目录] [--json]
                                       量编辑等多久：列表、检索、打开、保存、签发、上线
  bench prose [--data 文件…] [--mutations] [--json]
                                       量校对的速度、误报和检出；加 --mutations 时造一万处错来试
  roster                               列出名册：谁、什么岗位、用哪把公钥

设置（环境变量）：
  HEMEI_HOME          数据目录，默认是当前目录下的 var
  HEMEI_HOST          监听的地址，默认 127.0.0.1（只有本机能访问）
  HEMEI_PORT          监听的端口，默认 8000
  HEMEI_BEHIND_PROXY  前面有自己的 nginx 等代理时填 1，默认 0
  HEMEI_SOURCES_PRIVATE  来源可以在本机或内网时填 1，默认 0
  HEMEI_SSH_CONFIG    press sync 到 sftp:// 时用的 ssh 设置文件，默认用 ssh 自己的
  HEMEI_DESK_URL      在外面打开后台用的网址，写在通知里，默认 http://127.0.0.1:端口/desk/
  HEMEI_MAIL_HOST     发通知的邮件服务器，默认没有，不发邮件；下面几项随它
  HEMEI_MAIL_PORT     端口，默认 465（starttls 587，none 25）
  HEMEI_MAIL_TLS      tls、starttls 或 none（只许本机），默认 tls
  HEMEI_MAIL_USER     登录的账号
  HEMEI_MAIL_PASSWORD  登录的密码
  HEMEI_MAIL_PASSWORD_FILE  或者装着密码的文件
  HEMEI_MAIL_FROM     发信的地址

退出码：0 成功，1 没有做成，2 用法不对。proof：0 没有发现，1 有发现，2 读不了。
directives：0 读过了，2 读不了。
verify 另有说明：hemei verify --help"""
